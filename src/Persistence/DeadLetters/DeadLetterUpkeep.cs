using Bus.Core.Loops;
using Bus.Persistence.Leases;
using Bus.Persistence.Outbox;
using Bus.Persistence.Pulses;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.DeadLetters;

/// <summary>What one process does for all, by a lease: carries out what is asked for many letters, and removes those that were closed long ago, in blocks.</summary>
internal sealed partial class DeadLetterUpkeep<TDbContext> : BackgroundLoop
    where TDbContext : DbContext
{
    private const int Block = 500;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    // One that another process has begun; its own says so.
    private static readonly TimeSpan LookForOthersEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromMinutes(1);
    // Groups without letters, which are not looked for.
    private static readonly TimeSpan PruneUnaskedEvery = TimeSpan.FromHours(1);

    private readonly OutboxEngine<TDbContext> _engine;
    private readonly DeadLetterOptions _options;
    private readonly LetterOperations<TDbContext> _operations;
    private readonly LeaderLease<TDbContext> _lease;
    private readonly PulseQuestion _look;
    private readonly Dictionary<Guid, long> _begun = [];
    private long _pruned;
    private long _looked;
    private bool _isBusy;
    private volatile bool _hasOld;

    public DeadLetterUpkeep(OutboxEngine<TDbContext> engine, DeadLetterOptions options, LetterOperations<TDbContext> operations)
        : base(OutboxEngine<TDbContext>.Pace, LookEvery)
    {
        (_engine, _options, _operations, _lease) = (engine, options, operations, new LeaderLease<TDbContext>(engine, "dead-letters", TimeSpan.FromSeconds(20), isKept: false));
        _look = new PulseQuestion("what is to be done with dead letters", LookForOthersEvery, Ask);
    }

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        _engine.Pulse.Attend(_look);
        if (!WasWoken && !_isBusy && _looked != 0 && OutboxEngine<TDbContext>.Pace.GetElapsedTime(_looked) < (_engine.Pulse.Tends(_look) ? PruneUnaskedEvery : LookForOthersEvery))
            return false;
        await _engine.Database.WaitAsync(cancellationToken);
        _looked = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        var running = await _operations.RunningAsync(cancellationToken);
        _isBusy = running.Count > 0;
        var sincePrune = _pruned == 0 ? TimeSpan.MaxValue : OutboxEngine<TDbContext>.Pace.GetElapsedTime(_pruned);
        var prunes = _options.KeepClosed > TimeSpan.Zero && sincePrune >= (_hasOld || !_engine.Pulse.Tends(_look) ? PruneEvery : PruneUnaskedEvery);
        if ((running.Count == 0 && !prunes) || !await _lease.HoldAsync(cancellationToken))
            return false;
        var more = false;
        foreach (var operation in running)
            more |= await AdvanceAsync(operation, cancellationToken);
        if (!prunes)
            return more;
        _hasOld = await PruneAsync(cancellationToken) == Block;
        if (_hasOld)
            return true;
        _pruned = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        return more;
    }

    public Task ReleaseAsync(CancellationToken cancellationToken)
    {
        _engine.Pulse.Leave(_look);
        return _lease.ReleaseAsync(cancellationToken);
    }

    private PulseStatement Ask()
    {
        var old = _options.KeepClosed > TimeSpan.Zero ? _engine.Timers.Now - (long)_options.KeepClosed.TotalMilliseconds : 0;
        return PulseStatement.Rows(_engine.Dialect.Statements.DeadLetterLook, [old], row => row.GetString(0), seen =>
        {
            _hasOld = seen.Contains("old");
            if (seen.Count > 0)
                Wake();
        });
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(_engine.Log, exception, retryIn);

    private async Task<bool> AdvanceAsync(DeadLetterReplayRow operation, CancellationToken cancellationToken)
    {
        if (operation.PerSecond is not { } most)
            return await _operations.AdvanceAsync(operation, int.MaxValue, cancellationToken) > 0;
        // However often the loop is woken: so many a second, and then the next second.
        if (_begun.TryGetValue(operation.Id, out var begun) && OutboxEngine<TDbContext>.Pace.GetElapsedTime(begun) < LookEvery)
            return false;
        _begun[operation.Id] = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        var current = operation;
        while (most > 0 && current is not null && await _operations.AdvanceAsync(current, most, cancellationToken) is > 0 and var done)
        {
            most -= done;
            current = (await _operations.RunningAsync(cancellationToken)).Find(row => row.Id == operation.Id);
        }

        return false;
    }

    private async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        var old = _engine.Timers.Now - (long)_options.KeepClosed.TotalMilliseconds;
        var removed = 0;
        await _lease.WriteAsync(
            async db =>
            {
                var ids = await db.Set<DeadLetterRow>().Where(row => row.ClosedAt != null && row.ClosedAt < old).OrderBy(row => row.ClosedAt).Select(row => row.Id).Take(Block).ToListAsync(cancellationToken);
                removed = ids.Count;
                if (removed > 0)
                    await db.Set<DeadLetterRow>().Where(row => ids.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);
                if (removed == Block)
                    return;
                await db.Set<DeadLetterGroupRow>().Where(group => group.LastSeen < old && !db.Set<DeadLetterRow>().Any(row => row.GroupId == group.Id)).ExecuteDeleteAsync(cancellationToken);
                await db.Set<DeadLetterReplayRow>().Where(row => row.EndedAt != null && row.EndedAt < old).ExecuteDeleteAsync(cancellationToken);
            },
            cancellationToken);
        return removed;
    }

    [LoggerMessage(133, LogLevel.Warning, "The replays and the upkeep of dead letters failed; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);
}
