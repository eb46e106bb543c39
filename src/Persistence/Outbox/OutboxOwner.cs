using Bus.Persistence.Databases;
using Bus.Persistence.Pulses;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Outbox;

/// <summary>
/// The identity under which this process writes outbox rows, and its lease on them. While the lease is alive only this process sends the rows; when it
/// expires another takes the lease over, and this process, should it still live, goes on under a new identity. Thread-safe.
/// </summary>
internal sealed partial class OutboxOwner<TDbContext> : IDisposable
    where TDbContext : DbContext
{
    private static readonly string ProcessName = $"{Environment.MachineName}/{Environment.ProcessId}";

    private readonly SemaphoreSlim _registering = new(1, 1);
    private readonly OutboxEngine<TDbContext> _engine;
    private volatile Registration _current = new(Guid.NewGuid(), 0, 0);
    private long _sequence;

    public OutboxOwner(OutboxEngine<TDbContext> engine)
    {
        _engine = engine;
        Renewal = new PulseQuestion("lease of the outbox", TimeSpan.Zero, AskToRenew);
    }

    /// <summary>Renews the lease when a third of its time has passed.</summary>
    public PulseQuestion Renewal { get; }

    /// <summary>Raised when the lease is found to be another's: <see cref="RenewAsync"/> makes a new one.</summary>
    public event Action? Lost;

    /// <summary>The identity of new rows.</summary>
    public Guid Id => _current.Id;

    /// <summary>Gives the records an identity and their place; <see cref="RegisterAsync"/> must have been awaited.</summary>
    public void Assign(IReadOnlyList<OutboxRecord> records)
    {
        var owner = _current.Id;
        foreach (var record in records)
        {
            if (!record.IsRelayed)
                continue;
            record.Owner = owner;
            record.Sequence = Interlocked.Increment(ref _sequence);
        }
    }

    /// <summary>
    /// Makes sure that a living lease stands in the database before a row is written: a row without one would be nobody's. Free while the last
    /// renewal is younger than the lease.
    /// </summary>
    public ValueTask RegisterAsync(CancellationToken cancellationToken) =>
        IsAlive ? ValueTask.CompletedTask : new ValueTask(RenewAsync(cancellationToken));

    /// <summary>True once a lease stands in the database, even one that has run out: what is written under it is found by a sweeper.</summary>
    public bool IsRegistered => !_engine.Options.DeliveryService || _current.Term > 0;

    private bool IsAlive
    {
        get
        {
            // A process that does not send holds no lease: its rows are for the others from the first moment.
            if (!_engine.Options.DeliveryService)
                return true;
            var current = _current;
            return current is { Term: > 0, IsLost: false } && OutboxEngine<TDbContext>.Pace.GetElapsedTime(current.RenewedAt) < _engine.Options.OwnerLease;
        }
    }

    /// <summary>Renews the lease, or registers a new identity when there is none or it was taken over.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        await _registering.WaitAsync(cancellationToken);
        try
        {
            await using var session = await _engine.OpenAsync(cancellationToken);
            var current = _current;
            var now = OutboxEngine<TDbContext>.Pace.GetTimestamp();
            if (current.Term > 0)
            {
                if (await Leases.LeaseStore.RenewAsync(session, Name(current.Id), current.Id, current.Term, _engine.Options.OwnerLease, cancellationToken))
                {
                    _current = current with { RenewedAt = now };
                    return;
                }

                LogTakenOver(_engine.Log, current.Id);
                _engine.Relay.Forget();
                current = new Registration(Guid.NewGuid(), 0, 0);
            }

            // What a synchronous save wrote before the first lease stood, another process may have taken over by now: then it is that one's to send.
            long? term;
            while ((term = await Leases.LeaseStore.AcquireAsync(session, Name(current.Id), current.Id, ProcessName, _engine.Options.OwnerLease, cancellationToken)) is null)
            {
                _engine.Relay.Forget();
                current = new Registration(Guid.NewGuid(), 0, 0);
            }

            _current = current with { Term = term.Value, RenewedAt = now };
        }
        finally
        {
            _registering.Release();
        }
    }

    /// <summary>Gives the lease up, so that what is left is sent by another process at once.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        var current = _current;
        if (current.Term == 0)
            return;
        _current = new Registration(Guid.NewGuid(), 0, 0);
        await using var session = await _engine.OpenAsync(cancellationToken);
        await Leases.LeaseStore.ReleaseAsync(session, Name(current.Id), current.Id, current.Term, cancellationToken);
    }

    private PulseStatement? AskToRenew()
    {
        var current = _current;
        if (current.Term == 0 || current.IsLost || OutboxEngine<TDbContext>.Pace.GetElapsedTime(current.RenewedAt) < _engine.Options.OwnerLease / 3)
            return null;
        var now = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        return PulseStatement.Whether(
            _engine.Dialect.Statements.LeaseBeat, [Name(current.Id), current.Id, current.Term, (long)_engine.Options.OwnerLease.TotalMilliseconds], isHeld => Heard(current, now, isHeld), writes: true);
    }

    private void Heard(Registration asked, long at, bool isHeld)
    {
        // It may have been renewed, lost or given up meanwhile by others than the pulse.
        if (Interlocked.CompareExchange(ref _current, isHeld ? asked with { RenewedAt = at } : asked with { IsLost = true }, asked) == asked && !isHeld)
            Lost?.Invoke();
    }

    public void Dispose() => _registering.Dispose();

    public static string Name(Guid owner) => StoreDialect.OwnerPrefix + owner.ToString("D").ToUpperInvariant();

    /// <param name="Id">The identity.</param>
    /// <param name="Term">That of the lease; 0 before it stands.</param>
    /// <param name="RenewedAt">When the lease was asked for last, by this machine's clock.</param>
    /// <param name="IsLost">Another has it now.</param>
    private sealed record Registration(Guid Id, long Term, long RenewedAt, bool IsLost = false);

    [LoggerMessage(10, LogLevel.Warning, "Outbox lease {Owner} was taken over while this process was silent; its rows are sent by another, new rows get a new lease")]
    private static partial void LogTakenOver(ILogger logger, Guid owner);
}
