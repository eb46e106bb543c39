using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Outbox;

/// <summary>
/// The messages published in a scope and not yet committed. They are bound to the scope's context: its next commit carries them. Scoped; as
/// thread-safe as publishing from several tasks needs.
/// </summary>
internal sealed partial class OutboxBuffer<TDbContext>(OutboxEngine<TDbContext> engine, IServiceProvider scope) : IDisposable
    where TDbContext : DbContext
{
    private readonly Lock _lock = new();
    private List<OutboxRecord> _pending = [];
    private List<OutboxRecord> _written = [];
    private TDbContext? _context;

    /// <summary>True while Entity Framework runs a <c>SaveChanges</c> that carries messages.</summary>
    public bool Saving { get; set; }

    /// <summary>What <c>Database.AutoTransactionBehavior</c> was before that.</summary>
    public AutoTransactionBehavior PreviousBehavior { get; set; }

    public bool HasPending
    {
        get
        {
            lock (_lock)
                return _pending.Count > 0;
        }
    }

    /// <exception cref="OutboxException">The context was built without the outbox's interceptor.</exception>
    public void Add(OutboxRecord record)
    {
        lock (_lock)
        {
            Bind();
            _pending.Add(record);
        }
    }

    /// <summary>Takes all that waits, to write it in the transaction that is open now.</summary>
    public List<OutboxRecord> Write()
    {
        lock (_lock)
        {
            var records = _pending;
            _pending = [];
            _written.AddRange(records);
            return records;
        }
    }

    /// <summary>The transaction has committed: what was written in it may be sent.</summary>
    public List<OutboxRecord> Commit()
    {
        lock (_lock)
        {
            var records = _written;
            _written = [];
            return records;
        }
    }

    /// <summary>The transaction is gone, or its outcome is unknown. With <paramref name="keep"/> the next try of the same save writes them again.</summary>
    public List<OutboxRecord> Rollback(bool keep)
    {
        lock (_lock)
        {
            var records = _written;
            _written = [];
            if (keep)
                _pending.InsertRange(0, records);
            return records;
        }
    }

    public void Dispose()
    {
        if (_context is not null)
        {
            engine.Buffers.Remove(_context);
            engine.Interceptor.Leave(_context);
        }

        if (_pending.Count > 0)
            LogDiscarded(engine.Log, _pending.Count, typeof(TDbContext).Name, _pending[0].Destination);
    }

    private void Bind()
    {
        if (_context is not null)
            return;

        var context = scope.GetRequiredService<TDbContext>();
        var interceptors = context.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()?.Interceptors;
        if (interceptors?.Contains(engine.Interceptor) != true)
        {
            throw new OutboxException(
                $"'{typeof(TDbContext).Name}' was built without the outbox's interceptor, so that no commit would carry the message: register it with AddDbContext or AddDbContextPool, not with options made by hand.");
        }

        engine.Buffers.AddOrUpdate(context, this);
        _context = context;
    }

    [LoggerMessage(60, LogLevel.Warning, "{Count} published messages were discarded: their scope ended without SaveChanges on {Context}; the first was for {Destination}")]
    private static partial void LogDiscarded(ILogger logger, int count, string context, Uri destination);
}
