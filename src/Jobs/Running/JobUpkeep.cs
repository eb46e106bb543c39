using Bus.Core.Loops;
using Bus.Jobs.Store;
using Bus.Persistence.Jobs;
using Bus.Persistence.Leases;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Jobs.Running;

/// <summary>
/// What one process does for all, by a lease: removes jobs that have succeeded or were cancelled long ago, and batches of which none is left, in blocks, adds old counters together, and finds lines in which it is nobody's turn because their enqueuer died before it could give it.
/// </summary>
internal sealed partial class JobUpkeep<TDbContext>(OutboxEngine<TDbContext> engine, JobsOptions options, JobLines<TDbContext> lines, JobFolding<TDbContext> folding, JobGauges<TDbContext> gauges) : BackgroundLoop(OutboxEngine<TDbContext>.Pace, LookEvery)
    where TDbContext : DbContext
{
    private const int Block = 1_000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromSeconds(30);

    private readonly LeaderLease<TDbContext> _lease = new(engine, "jobs", TimeSpan.FromSeconds(20));
    private long _pruned;

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (!await _lease.HoldAsync(cancellationToken))
        {
            gauges.Forget();
            return false;
        }

        await using (var session = await engine.OpenAsync(cancellationToken))
        {
            foreach (var key in await session.QueryAsync(engine.Dialect.Jobs.IdleLines, row => row.GetString(0), cancellationToken))
                lines.Add(key);
        }

        await gauges.LookAsync(cancellationToken);
        var isFolding = await folding.FoldAsync(_lease, cancellationToken);
        if (options.KeepEnded <= TimeSpan.Zero || (_pruned != 0 && OutboxEngine<TDbContext>.Pace.GetElapsedTime(_pruned) < PruneEvery))
            return isFolding;
        if (await PruneAsync(cancellationToken) == Block)
            return true;
        await ForgetKeysAsync(cancellationToken);
        _pruned = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        return isFolding;
    }

    public Task ReleaseAsync(CancellationToken cancellationToken) => _lease.ReleaseAsync(cancellationToken);

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(engine.Log, exception, retryIn);

    private async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        var now = engine.Timers.Now;
        var old = now - (long)options.KeepEnded.TotalMilliseconds;
        var removed = 0;
        await _lease.WriteAsync(
            async db =>
            {
                var ended = JobRows<TDbContext>.Removable(db, old, now);
                var ids = await ended.OrderBy(row => row.State).ThenBy(row => row.EndedAt).Select(row => row.Id).Take(Block).ToListAsync(cancellationToken);
                // One may have been run again in between.
                removed = await ended.Where(row => ids.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);
                await db.Set<JobRunRow>().Where(run => ids.Contains(run.JobId) && !db.Set<JobRow>().Any(row => row.Id == run.JobId)).ExecuteDeleteAsync(cancellationToken);
                await db.Set<JobStepRow>().Where(step => ids.Contains(step.JobId) && !db.Set<JobRow>().Any(row => row.Id == step.JobId)).ExecuteDeleteAsync(cancellationToken);
                await db.Set<JobLogRow>().Where(line => ids.Contains(line.JobId) && !db.Set<JobRow>().Any(row => row.Id == line.JobId)).ExecuteDeleteAsync(cancellationToken);
                if (ids.Count < Block)
                    await PruneBatchesAsync(db, old, cancellationToken);
            },
            cancellationToken);
        return removed;
    }

    // What is over of the rates of keys: it says nothing any more.
    private async Task ForgetKeysAsync(CancellationToken cancellationToken)
    {
        var old = engine.Timers.Now * 1_000;
        await using var session = await engine.OpenAsync(cancellationToken);
        if (await session.ScalarAsync(engine.Dialect.Jobs.Limits.HasOver, cancellationToken, old) is null or DBNull)
            return;
        using var door = await engine.Gate.EnterAsync(cancellationToken);
        await session.ExecuteAsync(engine.Dialect.Jobs.Limits.Forget, cancellationToken, old);
    }

    // While one of its jobs is there, for instance a dead one that somebody is to decide about, it can be asked for.
    private static async Task PruneBatchesAsync(TDbContext db, long old, CancellationToken cancellationToken)
    {
        var ids = await db.Set<JobBatchRow>().Where(batch => batch.DoneAt != null && batch.DoneAt < old && !db.Set<JobRow>().Any(job => job.BatchId == batch.Id))
            .OrderBy(batch => batch.DoneAt).Select(batch => batch.Id).Take(Block).ToListAsync(cancellationToken);
        await db.Set<JobBatchRow>().Where(batch => ids.Contains(batch.Id)).ExecuteDeleteAsync(cancellationToken);
    }

    [LoggerMessage(118, LogLevel.Warning, "The upkeep of jobs failed; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);
}
