using Bus.Core.SharedFile;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Outbox;

/// <summary>
/// The messages published in a scope and not yet committed. They are bound to the scope's context: its next commit carries them. Scoped, and made after the
/// context, so that it is disposed before the context goes back to its pool; as thread-safe as publishing from several tasks needs.
/// </summary>
internal sealed partial class OutboxBuffer<TDbContext>(OutboxEngine<TDbContext> engine, TDbContext context) : IDisposable
    where TDbContext : DbContext
{
    private readonly Lock _lock = new();
    private List<OutboxRecord> _pending = [];
    private List<OutboxRecord> _written = [];
    private List<OutboxRecord>? _beforeTransaction;
    private List<IGuestTransaction> _guests = [];
    private bool _bound;

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

    /// <summary>Whether some of what waits goes by the table.</summary>
    public bool HasPendingRows
    {
        get
        {
            lock (_lock)
                return _pending.Exists(record => record.Guest is null && record.Timer is null && record.Job is null && record.Batch is null);
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

    /// <summary>Some of them are in the queues, where their readers are woken after the commit.</summary>
    public void Wrote(IGuestTransaction? guest)
    {
        if (guest is null)
            return;
        lock (_lock)
            _guests.Add(guest);
    }

    /// <summary>The queues have refused all that would have gone into them: it waits again.</summary>
    public void Refused(List<OutboxRecord> records)
    {
        lock (_lock)
        {
            _written.RemoveAll(record => record.Guest is not null && records.Contains(record));
            _pending.InsertRange(0, records.Where(record => record.Guest is not null));
        }
    }

    /// <summary>The caller's own transaction begins: what waits now survives its rollback, what is published in it does not.</summary>
    public void BeginTransaction()
    {
        lock (_lock)
            _beforeTransaction = [.. _pending];
    }

    /// <summary>Of what was written in the transaction it is no longer known what will be committed.</summary>
    public List<OutboxRecord> Unknown()
    {
        lock (_lock)
        {
            _beforeTransaction = null;
            return TakeWritten();
        }
    }

    /// <summary>The transaction has committed: what was written in it may be sent.</summary>
    public List<OutboxRecord> Commit()
    {
        List<IGuestTransaction> guests;
        List<OutboxRecord> records;
        lock (_lock)
        {
            _beforeTransaction = null;
            (guests, _guests) = (_guests, []);
            records = TakeWritten();
        }

        guests.ForEach(engine.TellCommitted);
        return records;
    }

    /// <summary>The transaction is gone, or its outcome is unknown. With <paramref name="keep"/> the next try of the same save writes them again.</summary>
    public List<OutboxRecord> Rollback(bool keep)
    {
        lock (_lock)
        {
            _guests = [];
            var records = TakeWritten();
            if (keep)
                _pending.InsertRange(0, records);
            else if (_beforeTransaction is { } before)
                _pending = before;
            _beforeTransaction = null;
            return records;
        }
    }

    public void Dispose()
    {
        // A pooled context may have gone to another scope already: its binding is not ours to end.
        if (_bound && ReferenceEquals(engine.Buffers.Find(context), this))
            engine.Turns.Leave(context);
        engine.Buffers.Unbind(context, this);

        // Written in a transaction whose end nobody told, for instance another owner's: the sweeper sends what was committed.
        if (_written.Count > 0)
            engine.Relay.Forget(_written);
        if (_pending.Count > 0)
            LogDiscarded(engine.Log, _pending.Count, typeof(TDbContext).Name, _pending[0].Destination);
    }

    private List<OutboxRecord> TakeWritten()
    {
        var records = _written;
        _written = [];
        return records;
    }

    private void Bind()
    {
        if (_bound)
            return;

        var interceptors = context.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()?.Interceptors;
        if (interceptors?.Contains(engine.Interceptor) != true)
        {
            throw new OutboxException(
                $"'{typeof(TDbContext).Name}' was built without the outbox's interceptor, so that no commit would carry the message: register it with AddDbContext or AddDbContextPool, not with options made by hand.");
        }

        engine.Buffers.Bind(context, this);
        _bound = true;
    }

    [LoggerMessage(60, LogLevel.Warning, "{Count} published messages were discarded: their scope ended without SaveChanges on {Context}; the first was for {Destination}")]
    private static partial void LogDiscarded(ILogger logger, int count, string context, Uri destination);
}
