using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Leases;

/// <summary>
/// Leadership for what must run on one node: whoever holds the lease of that name, with a fencing term that grows with each change of holder. The holder trusts it for
/// two thirds of its time by its own clock, so that it stops before another can begin. Not thread-safe: for one loop.
/// </summary>
/// <param name="engine">The database.</param>
/// <param name="name">What is led.</param>
/// <param name="lease">For how long a holder that dies keeps others out; null for that of the outbox.</param>
internal sealed class LeaderLease<TDbContext>(OutboxEngine<TDbContext> engine, string name, TimeSpan? lease = null)
    where TDbContext : DbContext
{
    private readonly Guid _holder = Guid.NewGuid();
    private readonly TimeSpan _lease = lease ?? engine.Options.OwnerLease;
    private readonly TimeSpan _trust = (lease ?? engine.Options.OwnerLease) * 2 / 3;
    private long? _term;
    private long _since;

    /// <summary>The fencing term while it is held, else null.</summary>
    public long? Term => _term;

    /// <summary>How long the holder may still act.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var left = _term is null ? TimeSpan.Zero : _trust - OutboxEngine<TDbContext>.Pace.GetElapsedTime(_since);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Takes or renews the lease.</summary>
    /// <returns>False while another holds it.</returns>
    public async Task<bool> HoldAsync(CancellationToken cancellationToken)
    {
        if (Remaining > _trust / 2)
            return true;

        var before = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        await using var session = await engine.OpenAsync(cancellationToken);
        if (_term is { } term && await LeaseStore.RenewAsync(session, name, _holder, term, _lease, cancellationToken))
        {
            _since = before;
            return true;
        }

        _term = await LeaseStore.AcquireAsync(session, name, _holder, $"{Environment.MachineName}/{Environment.ProcessId}", _lease, cancellationToken);
        _since = before;
        return _term is not null;
    }

    /// <summary>Writes as the leader: the transaction renews the lease first, and locks it by that, so that what a holder writes who has been replaced is refused.</summary>
    /// <exception cref="OutboxException">Another holds the lease now; nothing was written.</exception>
    public async Task WriteAsync(Func<TDbContext, Task> write, CancellationToken cancellationToken)
    {
        await using var session = await engine.OpenAsync(cancellationToken);
        await session.InTransactionAsync(async (TDbContext context) =>
        {
            if (_term is not { } term || await session.ExecuteAsync(engine.Dialect.Statements.LeaseRenew, cancellationToken, name, _holder, term, (long)_lease.TotalMilliseconds) != 1)
            {
                _term = null;
                throw new OutboxException($"The lease `{name}` is held by another process now: nothing was written.");
            }

            await write(context);
        }, cancellationToken);
    }

    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (_term is not { } term)
            return;
        _term = null;
        await using var session = await engine.OpenAsync(cancellationToken);
        await LeaseStore.ReleaseAsync(session, name, _holder, term, cancellationToken);
    }
}
