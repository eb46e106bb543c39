using Bus.Persistence.Databases;
using Bus.Persistence.Inbox;
using MassTransit;
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
    private readonly Lazy<StoreDialect> _dialect;
    private readonly Lazy<WriteGate> _gate;
    private bool _retriesInContext;
    private bool _watchesContexts;

    public OutboxEngine(IServiceScopeFactory scopes, IServiceProvider provider, IOptions<OutboxOptionsOf<TDbContext>> options, ILoggerFactory loggers, TimeProvider? time = null)
    {
        _scopes = scopes;
        Time = time ?? TimeProvider.System;
        Options = options.Value.Options;
        Log = loggers.CreateLogger("Bus.Outbox");
        _dialect = new Lazy<StoreDialect>(CreateDialect);
        _gate = new Lazy<WriteGate>(() => new WriteGate(Dialect.OneWriter, Log));
        Database = new DatabaseGate<TDbContext>(this);
        Owner = new OutboxOwner<TDbContext>(this);
        Relay = new OutboxRelay<TDbContext>(this, provider.GetRequiredService<IBus>);
        Capture = new MessageCapture(provider.GetRequiredService<IBus>, Time);
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

    /// <summary>True once the host has started: before that a migration may be what begins transactions, and the tables may be missing.</summary>
    public bool Started { get; set; }

    /// <summary>True when the context's execution strategy retries by itself.</summary>
    public bool RetriesInContext => Dialect is not null && _retriesInContext;

    /// <summary>True when <see cref="ScopedContext{TDbContext}"/> sees every context that a scope makes.</summary>
    public bool WatchesContexts => Dialect is not null && _watchesContexts;

    public DatabaseGate<TDbContext> Database { get; }

    public OutboxOwner<TDbContext> Owner { get; }

    public OutboxRelay<TDbContext> Relay { get; }

    public MessageCapture Capture { get; }

    public GroupCommitter<TDbContext> Committer { get; }

    public RecentKeys Recent { get; }

    public OutboxInterceptor<TDbContext> Interceptor { get; }

    public UnitCommands<TDbContext> Commands { get; }

    /// <summary>The messages that a context's next commit carries.</summary>
    public OutboxBuffers<TDbContext> Buffers { get; } = new();

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

    public async ValueTask DisposeAsync()
    {
        await Committer.DisposeAsync();
        await Relay.DisposeAsync();
        Owner.Dispose();
        if (_gate.IsValueCreated)
            _gate.Value.Dispose();
    }

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
        return StoreDialect.For(context);
    }
}
