using Bus.Core.Loops;
using Bus.Core.Telemetry;
using Bus.Jobs.Store;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Jobs.Running;

/// <summary>
/// Queues again what ran in a process that has died or was silent for longer than its lease, when the station's look has shown that there is such. Any process may; the claim's number lets one win.
/// </summary>
internal sealed partial class JobRescue<TDbContext>(OutboxEngine<TDbContext> engine, JobRows<TDbContext> rows, DeadJobs<TDbContext> dead, JobWaiters waiters) : BackgroundLoop(OutboxEngine<TDbContext>.Pace, LookEvery)
    where TDbContext : DbContext
{
    /// <summary>A job that so many processes died of is not given to another.</summary>
    private const int MostCrashes = 3;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        // Each look says so while there is something to do.
        if (!WasWoken)
            return false;
        List<(Guid Id, long Claim)> lost;
        await using (var session = await engine.OpenAsync(cancellationToken))
            lost = await session.QueryAsync(engine.Dialect.Jobs.Lost, row => (row.GetGuid(0), row.GetInt64(1)), cancellationToken);
        foreach (var (id, claim) in lost)
            await RescueAsync(id, claim, cancellationToken);
        return false;
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(engine.Log, exception, retryIn);

    private async Task RescueAsync(Guid id, long claim, CancellationToken cancellationToken)
    {
        JobRow? job = null;
        var state = JobStates.Queued;
        var isRescued = await rows.ChangeAsync(
            async db =>
            {
                var jobs = db.Set<JobRow>().Where(row => row.Id == id && row.Claims == claim && row.State == JobStates.Running);
                job = await jobs.AsNoTracking().SingleOrDefaultAsync(cancellationToken);
                if (job is null)
                    return null;
                await rows.LockAsync(db, job.OrderKey, cancellationToken);
                state = job.CancelRequested ? JobStates.Cancelled : job.Crashes + 1 >= MostCrashes ? JobStates.Dead : JobStates.Queued;
                var now = engine.Timers.Now;
                var isFinal = state != JobStates.Queued;
                var error = state switch
                {
                    JobStates.Dead => $"{MostCrashes} processes died while they ran it: it is not given to another.",
                    JobStates.Cancelled => "Cancelled; its process died while it ran.",
                    _ => null,
                };
                var changed = await jobs.Where(row => row.CancelRequested == job.CancelRequested).ExecuteUpdateAsync(
                    set => set
                        .SetProperty(row => row.State, state)
                        .SetProperty(row => row.Crashes, row => row.Crashes + 1)
                        .SetProperty(row => row.OwnerId, (Guid?)null)
                        .SetProperty(row => row.CancelRequested, false)
                        .SetProperty(row => row.UniqueKey, row => isFinal && row.UniqueUntil == null && (state == JobStates.Cancelled || row.UniqueWhile != (int)JobUniqueness.UntilSettled) ? null : row.UniqueKey)
                        .SetProperty(row => row.EndedAt, isFinal ? now : (long?)null)
                        .SetProperty(row => row.Error, error),
                    cancellationToken);
                if (changed == 0)
                    return null;
                db.Add(new JobRunRow { JobId = id, Claim = claim, Outcome = (int)JobRunOutcome.Lost, Node = job.Node, StartedAt = job.StartedAt, EndedAt = now });
                await db.SaveChangesAsync(cancellationToken);
                var count = new JobCount { Crashed = 1 };
                count.AddState(state);
                await rows.TallyAsync(db, job.Queue, job.Type, count, cancellationToken);
                if (state == JobStates.Dead)
                    await dead.BuryAsync(db, id, cancellationToken);
                var leaves = state == JobStates.Cancelled || (state == JobStates.Dead && job.OrderPolicy == (int)JobKeyPolicy.Skip);
                var told = isFinal ? await rows.CallBackAsync(db, id, claim, job.Callback, cancellationToken) : [job.Queue];
                IReadOnlyList<string> queues = leaves ? [.. told, .. await rows.LeaveAsync(db, id, job.OrderKey, cancellationToken)] : told;
                return [.. queues, .. await rows.CountAsync(db, job.BatchId, JobStates.Running, state, 1, cancellationToken)];
            },
            cancellationToken);
        if (!isRescued)
            return;
        if (state != JobStates.Queued)
            waiters.Ended(id);
        BusMetrics.JobsRescued.Add(1, new KeyValuePair<string, object?>("queue", job!.Queue), new KeyValuePair<string, object?>("type", job.Type));
        LogLost(engine.Log, id, job.Node, (JobState)state);
    }

    [LoggerMessage(115, LogLevel.Warning, "Jobs of processes that have died could not be looked for; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);

    [LoggerMessage(116, LogLevel.Warning, "Job {Job} was lost with the process {Node}, and is {State}")]
    private static partial void LogLost(ILogger logger, Guid job, string? node, JobState state);
}
