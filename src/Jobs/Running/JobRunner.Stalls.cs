using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.Extensions.Logging;

namespace Bus.Jobs.Running;

/// <content>Runs that show no life.</content>
internal sealed partial class JobRunner<TDbContext>
{
    private static readonly TimeSpan ToHeedTheToken = TimeSpan.FromSeconds(5);

    /// <summary>Ends with the run, or when the run was given up. Never throws.</summary>
    private async Task WatchAsync(RunningJob running, TimeSpan limit, Task run, Func<EndedRun, IReadOnlyList<OutboxRecord>, Task<bool>> end)
    {
        while (limit - running.Silence is { Ticks: > 0 } left)
        {
            if (await IsOverAsync(run, left) || running.IsEnding)
                return;
        }

        LogStalled(engine.Log, running.Job.Id, running.Job.Type, limit);
        running.Stop(StopReason.Stalled);
        // What ends by itself in this very moment has its own end.
        if (await IsOverAsync(run, ToHeedTheToken) || !running.MayEnd(EndedBy.Watch))
            return;
        await running.Log.HoldAsync();
        if (End(running, new OperationCanceledException("It did not heed its token.")) is { } ended)
            await TryEndAsync(ended, end);
    }

    private static async Task<bool> IsOverAsync(Task run, TimeSpan within)
    {
        await run.WaitAsync(within, OutboxEngine<TDbContext>.Pace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return run.IsCompleted;
    }

    private string StallOf(ClaimedJob job) => $"The run showed no life for {catalog.Find(job.Type)?.StallAfter}, which is more than `{nameof(JobTypeOptions.StallAfter)}` allows: let it call `{nameof(JobRun.Heartbeat)}` where it goes on.";

    [LoggerMessage(151, LogLevel.Warning, "Job {Job} ({Type}) has shown no life for {Limit}, and is to stop")]
    private static partial void LogStalled(ILogger logger, Guid job, string type, TimeSpan limit);
}
