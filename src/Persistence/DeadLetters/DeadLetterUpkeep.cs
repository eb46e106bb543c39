using Bus.Core.Loops;
using Bus.Persistence.Leases;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.DeadLetters;

/// <summary>What one process does for all, by a lease: carries out what is asked for many letters, and removes those that were closed long ago, in blocks.</summary>
internal sealed partial class DeadLetterUpkeep<TDbContext>(OutboxEngine<TDbContext> engine, DeadLetterOptions options, LetterOperations<TDbContext> operations) : BackgroundLoop(OutboxEngine<TDbContext>.Pace, LookEvery)
    where TDbContext : DbContext
{
    private const int Block = 500;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    // One that another process has begun; its own says so.
    private static readonly TimeSpan LookForOthersEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromMinutes(1);

    private readonly LeaderLease<TDbContext> _lease = new(engine, "dead-letters", TimeSpan.FromSeconds(20));
    private readonly Dictionary<Guid, long> _begun = [];
    private long _pruned;
    private long _looked;
    private bool _isBusy;

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (!WasWoken && !_isBusy && _looked != 0 && OutboxEngine<TDbContext>.Pace.GetElapsedTime(_looked) < LookForOthersEvery)
            return false;
        await engine.Database.WaitAsync(cancellationToken);
        _looked = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        var running = await operations.RunningAsync(cancellationToken);
        _isBusy = running.Count > 0;
        var prunes = options.KeepClosed > TimeSpan.Zero && (_pruned == 0 || OutboxEngine<TDbContext>.Pace.GetElapsedTime(_pruned) >= PruneEvery);
        if ((running.Count == 0 && !prunes) || !await _lease.HoldAsync(cancellationToken))
            return false;
        var more = false;
        foreach (var operation in running)
            more |= await AdvanceAsync(operation, cancellationToken);
        if (!prunes)
            return more;
        if (await PruneAsync(cancellationToken) == Block)
            return true;
        _pruned = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        return more;
    }

    public Task ReleaseAsync(CancellationToken cancellationToken) => _lease.ReleaseAsync(cancellationToken);

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(engine.Log, exception, retryIn);

    private async Task<bool> AdvanceAsync(DeadLetterReplayRow operation, CancellationToken cancellationToken)
    {
        if (operation.PerSecond is not { } most)
            return await operations.AdvanceAsync(operation, int.MaxValue, cancellationToken) > 0;
        // However often the loop is woken: so many a second, and then the next second.
        if (_begun.TryGetValue(operation.Id, out var begun) && OutboxEngine<TDbContext>.Pace.GetElapsedTime(begun) < LookEvery)
            return false;
        _begun[operation.Id] = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        var current = operation;
        while (most > 0 && current is not null && await operations.AdvanceAsync(current, most, cancellationToken) is > 0 and var done)
        {
            most -= done;
            current = (await operations.RunningAsync(cancellationToken)).Find(row => row.Id == operation.Id);
        }

        return false;
    }

    private async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        var old = engine.Timers.Now - (long)options.KeepClosed.TotalMilliseconds;
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
