using System.Collections.Immutable;
using System.Data.Common;
using Bus.Core.SharedFile;
using Bus.Core.Turns;
using Bus.Persistence.Databases;
using Bus.Persistence.Inbox;
using Bus.Persistence.Pulses;
using Bus.Persistence.Timers;
using MassTransit;
using MassTransit.Scheduling;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Bus.Persistence.Outbox;

/// <summary>What the outbox and inbox of one <typeparamref name="TDbContext"/> share in a process.</summary>
internal sealed class OutboxEngine<TDbContext> : IAsyncDisposable
    where TDbContext : DbContext
{
    private readonly IServiceScopeFactory _scopes;
    private readonly IServiceProvider _provider;
    private readonly Lazy<StoreDialect> _dialect;
    private readonly Lazy<WriteGate> _gate;
    private readonly Lazy<IQueuesInDatabase?> _queues;
    private readonly KeptSession _writing;
    private ImmutableArray<DueLoop<TDbContext>> _dueLoops;
    private string? _file;
    private string _databaseName = "";
    private bool _isPooled;
    private bool _retriesInContext;
    private bool _watchesContexts;

    public OutboxEngine(IServiceScopeFactory scopes, IServiceProvider provider, IOptions<OutboxOptionsOf<TDbContext>> options, ILoggerFactory loggers, TimeProvider? time = null)
    {
        _scopes = scopes;
        _provider = provider;
        Time = time ?? TimeProvider.System;
        Options = options.Value.Options;
        Log = loggers.CreateLogger("Bus.Outbox");
        _dialect = new Lazy<StoreDialect>(CreateDialect);
        _writing = new KeptSession(OpenAsync);
        _gate = new Lazy<WriteGate>(() => new WriteGate(Dialect.OneWriter ? TurnsOfFile() : null, Log));
        _queues = new Lazy<IQueuesInDatabase?>(provider.GetService<IQueuesInDatabase>);
        Turns = new ContextTurns(() => Gate);
        Database = new DatabaseGate<TDbContext>(this);
        Pulse = new Pulse<TDbContext>(this);
        Owner = new OutboxOwner<TDbContext>(this);
        Relay = new OutboxRelay<TDbContext>(this, provider.GetRequiredService<IBus>);
        Timers = new TimerDispatcher<TDbContext>(this);
        _dueLoops = [Timers];
        DueLook = new DueLook<TDbContext>(this);
        Capture = new MessageCapture(provider.GetRequiredService<IBus>, Time, () => Timers.Now, () => Dialect.NewKey());
        Committer = new GroupCommitter<TDbContext>(this);
        Recent = new RecentKeys(64 * 1024);
        Interceptor = new OutboxInterceptor<TDbContext>(this);
        Commands = new UnitCommands<TDbContext>(this);
    }

    /// <summary>The service's clock: what a time to live counts from. A test may have stopped it.</summary>
    public TimeProvider Time { get; }

    /// <summary>The machine's clock: pauses, leases and time-outs are about other processes and wires, which no test stops.</summary>
    public static TimeProvider Pace => TimeProvider.System;

    public OutboxOptions Options { get; }

    public ILogger Log { get; }

    public StoreDialect Dialect => _dialect.Value;

    /// <summary>The one door for writers of a one-writer database.</summary>
    public WriteGate Gate => _gate.Value;

    /// <summary>Who of the contexts is through it.</summary>
    public ContextTurns Turns { get; }

    /// <summary>True once the host has started: before that a migration may be what begins transactions, and the tables may be missing.</summary>
    public bool Started { get; set; }

    /// <summary>True when the context's execution strategy retries by itself.</summary>
    public bool RetriesInContext => Dialect is not null && _retriesInContext;

    /// <summary>True when <see cref="ScopedContext{TDbContext}"/> sees every context that a scope makes.</summary>
    public bool WatchesContexts => Dialect is not null && _watchesContexts;

    /// <summary>What the database is called among those that processes of one machine use: a SQLite file without its folder, which each may write in another way.</summary>
    public string DatabaseName => Dialect is not null ? _databaseName : "";

    public DatabaseGate<TDbContext> Database { get; }

    /// <summary>What this process asks regularly.</summary>
    public Pulse<TDbContext> Pulse { get; }

    public OutboxOwner<TDbContext> Owner { get; }

    public OutboxRelay<TDbContext> Relay { get; }

    public TimerDispatcher<TDbContext> Timers { get; }

    /// <summary>The time by which things are due: what a delay counts from. The database's, as far as it is known, or that of a clock that was handed in.</summary>
    public DateTimeOffset DueTime => DateTimeOffset.FromUnixTimeMilliseconds(Timers.Now);

    public MessageCapture Capture { get; }

    public GroupCommitter<TDbContext> Committer { get; }

    public RecentKeys Recent { get; }

    public OutboxInterceptor<TDbContext> Interceptor { get; }

    public UnitCommands<TDbContext> Commands { get; }

    /// <summary>The messages that a context's next commit carries.</summary>
    public OutboxBuffers<TDbContext> Buffers { get; } = new();

    /// <summary>What goes into the queues by the transaction of its sender, and not by the outbox; null where the queues are elsewhere, or are not served now.</summary>
    public IQueuesInDatabase? Queues => Dialect.OneWriter && _file is { } file && Options.DeliveryService && _queues.Value is { } queues && queues.AreServedIn(file) ? queues : null;

    /// <summary>What else this process fires when it is due: whoever waits until nothing is due waits for it too.</summary>
    public void Attend(DueLoop<TDbContext> loop) => ImmutableInterlocked.Update(ref _dueLoops, loops => loops.Add(loop));

    /// <summary>All that fires something when it is due.</summary>
    public ImmutableArray<DueLoop<TDbContext>> DueLoops => _dueLoops;

    /// <summary>Looks for them what is next.</summary>
    public DueLook<TDbContext> DueLook { get; }

    /// <summary>Returns when nothing is due.</summary>
    public async Task WhenNothingIsDueAsync(CancellationToken cancellationToken)
    {
        foreach (var loop in _dueLoops)
            await loop.WhenNoneIsDueAsync(cancellationToken);
    }

    /// <summary>A scheduler whose timers belong to what the endpoints capture.</summary>
    public IMessageScheduler SchedulerOf(ISendEndpointProvider endpoints, bool forSaga = false) =>
        new MessageScheduler(new TimerScheduleMessageProvider(endpoints, Dialect.NewKey, forSaga), _provider.GetRequiredService<IBus>().Topology);

    /// <summary>Turns a message that MassTransit is about to send into what the next commit carries.</summary>
    public async ValueTask<OutboxRecord> CaptureAsync<T>(SendContext<T> context)
        where T : class
    {
        var record = Capture.Capture(context);
        // The order of a key is kept with those that wait in the table.
        if (record.IsRelayed && Queues is not null)
            record.Guest = await Relay.CollectAsync(record, context.CancellationToken);
        return record;
    }

    /// <summary>Writes those of the records that go straight into the queues, in the transaction that is open.</summary>
    /// <returns>What is to be told of the commit; null when there were none.</returns>
    public IGuestTransaction? WriteToQueues(DbConnection connection, IReadOnlyList<OutboxRecord> records)
    {
        var guests = OutboxRecord.Guests(records);
        if (guests.Count == 0)
            return null;
        var transaction = _queues.Value!.Join(((SqliteConnection)connection).Handle!, _isPooled);
        transaction.Write(guests);
        return transaction;
    }

    /// <summary>Tells the queues of a commit. Never throws: what is committed stands, whatever becomes of those who are told.</summary>
    public void TellCommitted(IGuestTransaction? guest)
    {
        try
        {
            guest?.Committed();
        }
        catch (Exception exception)
        {
            OutboxServiceLog.NotWoken(Log, exception);
        }
    }

    /// <summary>Opens a connection of the service's own database through a context of its own. Dispose it soon.</summary>
    public async Task<StoreSession> OpenAsync(CancellationToken cancellationToken)
    {
        var scope = _scopes.CreateAsyncScope();
        try
        {
            var context = scope.ServiceProvider.GetRequiredService<TDbContext>();
            await context.Database.OpenConnectionAsync(cancellationToken);
            return new StoreSession(scope, context, Dialect, Gate, (int)Math.Ceiling(Options.QueryTimeout.TotalSeconds));
        }
        catch
        {
            await scope.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same to write with, for who holds <see cref="Gate"/>: where one writes at a time it is kept open for the next, with what it has compiled. Say <see cref="StoreSession.Keep"/> after the commit.</summary>
    public Task<StoreSession> OpenToWriteAsync(CancellationToken cancellationToken) => Dialect.OneWriter && _file is not null && _isPooled ? _writing.OpenAsync(cancellationToken) : OpenAsync(cancellationToken);

    /// <summary>The same, with the thread that calls.</summary>
    /// <param name="patience">How long a statement may take; as long as the options say at most.</param>
    public StoreSession Open(TimeSpan patience)
    {
        var scope = _scopes.CreateAsyncScope();
        try
        {
            var context = scope.ServiceProvider.GetRequiredService<TDbContext>();
            context.Database.OpenConnection();
            return new StoreSession(scope, context, Dialect, Gate, (int)Math.Ceiling(patience.TotalSeconds));
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Pulse.DisposeAsync();
        await Timers.DisposeAsync();
        await Committer.DisposeAsync();
        await Relay.DisposeAsync();
        await _writing.DisposeAsync();
        Owner.Dispose();
    }

    // One gate for all who write the file in this process, of whatever context; a database in memory has no name to find it by.
    private WriteTurns TurnsOfFile() => _file is { } file ? WriteTurns.OfFile(file) : new WriteTurns();

    private StoreDialect CreateDialect()
    {
        using var scope = _scopes.CreateScope();
        var context = scope.ServiceProvider.GetRequiredService<TDbContext>();
        var actual = context.Database.ProviderName;
        if (Options.ExpectedProvider is { } expected && actual?.Contains(expected, StringComparison.OrdinalIgnoreCase) != true)
            throw new OutboxException($"The outbox of '{typeof(TDbContext).Name}' is configured for {expected}, but the context uses '{actual}': call the Use… method of that database, or none.");
        _retriesInContext = context.Database.CreateExecutionStrategy().RetriesOnFailure;
        _watchesContexts = !scope.ServiceProvider.GetRequiredService<Registrations<TDbContext>>().HaveOtherNames
            && scope.ServiceProvider.GetRequiredService<ScopedContext<TDbContext>>().Context == context;
        var own = context.Database.GetDbConnection();
        _databaseName = own is SqliteConnection ? Path.GetFileName(own.DataSource) : own.Database;
        if (own is SqliteConnection { DataSource: { Length: > 0 } file } connection)
        {
            var settings = new SqliteConnectionStringBuilder(connection.ConnectionString);
            _isPooled = settings.Pooling;
            _file = settings.Mode == SqliteOpenMode.Memory || file == ":memory:" ? null : file;
        }

        return StoreDialect.For(context);
    }
}
