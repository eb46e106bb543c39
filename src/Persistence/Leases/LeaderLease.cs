using Bus.Persistence.Outbox;
using Bus.Persistence.Pulses;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Leases;

/// <summary>
/// Leadership for what must run on one node: whoever holds the lease of that name, with a fencing term that grows with each change of holder. The holder trusts it for
/// two thirds of its time by its own clock, so that it stops before another can begin. From the first call on the pulse keeps it, or looks whether it is free, unless it is only held while there is something to do. For one loop;
/// only the pulse acts beside it.
/// </summary>
internal sealed class LeaderLease<TDbContext>
    where TDbContext : DbContext
{
    private readonly OutboxEngine<TDbContext> _engine;
    private readonly string _name;
    private readonly Guid _holder = Guid.NewGuid();
    private readonly TimeSpan _lease;
    private readonly TimeSpan _trust;
    private readonly PulseQuestion _question;
    private readonly bool _isKept;
    private volatile Hold? _held;
    private volatile bool _isTaken;
    private volatile bool _isWriting;

    /// <param name="engine">The database.</param>
    /// <param name="name">What is led.</param>
    /// <param name="lease">For how long a holder that dies keeps others out; null for that of the outbox.</param>
    /// <param name="isKept">Whether the pulse keeps it; else only who has something to do holds it, and not for long.</param>
    public LeaderLease(OutboxEngine<TDbContext> engine, string name, TimeSpan? lease = null, bool isKept = true)
    {
        (_engine, _name, _lease, _isKept) = (engine, name, lease ?? engine.Options.OwnerLease, isKept);
        _trust = _lease * 2 / 3;
        _question = new PulseQuestion($"lease of {name}", TimeSpan.Zero, Ask);
    }

    /// <summary>Raised on the thread of the pulse when nobody holds it any more: <see cref="HoldAsync"/> takes it.</summary>
    public event Action? Freed;

    /// <summary>The fencing term while it is held, else null.</summary>
    public long? Term => _held?.Term;

    /// <summary>How long the holder may still act.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var left = _held is { } held ? _trust - OutboxEngine<TDbContext>.Pace.GetElapsedTime(held.Since) : TimeSpan.Zero;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Whether the pulse keeps it or looks for it, so that who has nothing to do need not call <see cref="HoldAsync"/>.</summary>
    public bool IsTended => _engine.Pulse.Tends(_question) && (Remaining > TimeSpan.Zero || (_held is null && _isTaken));

    /// <summary>Takes or renews the lease.</summary>
    /// <returns>False while another holds it.</returns>
    public async Task<bool> HoldAsync(CancellationToken cancellationToken)
    {
        if (_isKept)
            _engine.Pulse.Attend(_question);
        if (Remaining > _trust / 2)
            return true;
        if (IsTended && _held is null)
            return false;

        var before = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        await using var session = await _engine.OpenAsync(cancellationToken);
        if (_held is { } held && await LeaseStore.RenewAsync(session, _name, _holder, held.Term, _lease, cancellationToken))
        {
            _held = held with { Since = before };
            return true;
        }

        var term = await LeaseStore.AcquireAsync(session, _name, _holder, $"{Environment.MachineName}/{Environment.ProcessId}", _lease, cancellationToken);
        _held = term is null ? null : new Hold(term.Value, before);
        _isTaken = term is null;
        return term is not null;
    }

    /// <summary>Writes as the leader: the transaction renews the lease first, and locks it by that, so that what a holder writes who has been replaced is refused.</summary>
    /// <exception cref="OutboxException">Another holds the lease now; nothing was written.</exception>
    public async Task WriteAsync(Func<TDbContext, Task> write, CancellationToken cancellationToken)
    {
        // The pulse would wait for the lock, and with it all other leases.
        _isWriting = true;
        try
        {
            await using var session = await _engine.OpenAsync(cancellationToken);
            await session.InTransactionAsync(async (TDbContext context) =>
            {
                if (_held is not { } held || await session.ExecuteAsync(_engine.Dialect.Statements.LeaseRenew, cancellationToken, _name, _holder, held.Term, (long)_lease.TotalMilliseconds) != 1)
                {
                    _held = null;
                    throw new OutboxException($"The lease `{_name}` is held by another process now: nothing was written.");
                }

                await write(context);
            }, cancellationToken);
        }
        finally
        {
            _isWriting = false;
        }
    }

    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        _engine.Pulse.Leave(_question);
        if (_held is not { } held)
            return;
        _held = null;
        await using var session = await _engine.OpenAsync(cancellationToken);
        await LeaseStore.ReleaseAsync(session, _name, _holder, held.Term, cancellationToken);
    }

    private PulseStatement? Ask()
    {
        if (_held is not { } held)
            return PulseStatement.Whether(_engine.Dialect.Statements.LeaseAlive, [_name], Saw);
        if (_isWriting || Remaining > _trust / 2)
            return null;
        var before = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        return PulseStatement.Whether(
            _engine.Dialect.Statements.LeaseBeat, [_name, _holder, held.Term, (long)_lease.TotalMilliseconds], isHeld => Renewed(held, before, isHeld), writes: true);
    }

    private void Saw(bool isTaken)
    {
        _isTaken = isTaken;
        if (!isTaken && _held is null)
            Freed?.Invoke();
    }

    // It may have been renewed, lost or given up meanwhile by its loop.
    private void Renewed(Hold asked, long before, bool isHeld)
    {
        if (Interlocked.CompareExchange(ref _held, isHeld ? asked with { Since = before } : null, asked) == asked && !isHeld)
            _isTaken = true;
    }

    private sealed record Hold(long Term, long Since);
}
