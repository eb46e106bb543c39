using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Persistence.Inbox;

/// <summary>
/// The unit of work of one message. It costs no connection until the handler touches the scope's <typeparamref name="TDbContext"/>: at that moment the
/// transaction begins, and the handler's changes, the inbox row and the messages commit together. A handler that never does is committed in a group.
/// </summary>
internal sealed class ConsumeUnit<TDbContext>(OutboxEngine<TDbContext> engine, IServiceProvider scope, InboxKey key)
    where TDbContext : DbContext
{
    private static readonly AsyncLocal<ConsumeUnit<TDbContext>?> Ambient = new();

    private readonly Lock _lock = new();
    private readonly List<OutboxRecord> _records = [];
    private TDbContext? _context;
    private bool _sealed;
    private volatile bool _ended;

    /// <summary>The unit that the current flow of execution works for.</summary>
    public static ConsumeUnit<TDbContext>? Current => Ambient.Value;

    public InboxKey Key => key;

    /// <summary>Whether it is the unit of a message, and not of a job.</summary>
    public bool IsOfMessage => key != default;

    /// <summary>The handler's messages.</summary>
    public IReadOnlyList<OutboxRecord> Records => _records;

    /// <summary>The scope's context. Made on the first call, if the handler has not asked for it.</summary>
    public TDbContext Context => _context ??= scope.GetRequiredService<TDbContext>();

    public IDbContextTransaction? Transaction { get; private set; }

    /// <summary>True when the handler has failed and its work was rolled back.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Whether the handler has put its message off, if it commits.</summary>
    public bool PutsOff { get; set; }

    /// <summary>True while the unit itself begins its transaction.</summary>
    public bool Begins { get; private set; }

    public void Enter() => Ambient.Value = this;

    /// <summary>
    /// True for the scope's own context while the unit lives. Afterwards the flow of execution may go on, and the pool may hand the same context to someone
    /// else: to begin a transaction for them would swallow their work.
    /// </summary>
    public bool Owns(DbContext? context) => !_ended && context is TDbContext && ReferenceEquals(context, Context);

    public async ValueTask EndAsync()
    {
        Seal();
        _ended = true;
        var transaction = Transaction;
        Transaction = null;
        if (transaction is not null)
            await transaction.DisposeAsync();
        if (_context is not null)
            engine.Turns.Leave(_context);
    }

    /// <summary>The handler has failed: rolls back before anybody is told, who may need the lock that the transaction holds.</summary>
    public async ValueTask AbandonAsync()
    {
        IsAbandoned = true;
        await EndAsync();
    }

    public void Add(OutboxRecord record)
    {
        lock (_lock)
        {
            if (_sealed)
                throw new OutboxException($"A message was published after its handler had returned (message {record.MessageId}): await every Publish and Send inside the handler, or it is lost.");
            _records.Add(record);
        }
    }

    /// <summary>From here on a late publish is an error rather than a loss.</summary>
    public void Seal()
    {
        lock (_lock)
            _sealed = true;
    }

    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (!MayBegin())
            return;
        Begins = true;
        try
        {
            Transaction = await Context.Database.BeginTransactionAsync(engine.Options.IsolationLevel, cancellationToken);
        }
        finally
        {
            // Failed or not: what the handler runs next begins it again, or its effects would commit alone.
            Begins = false;
        }
    }

    /// <summary>For the synchronous calls of Entity Framework.</summary>
    public void Begin()
    {
        if (!MayBegin())
            return;
        Begins = true;
        try
        {
            Transaction = Context.Database.BeginTransaction(engine.Options.IsolationLevel);
        }
        finally
        {
            Begins = false;
        }
    }

    // To begin opens the connection, and its opening begins: once is enough.
    private bool MayBegin() => !Begins && Context.Database.CurrentTransaction is null;
}
