using Bus.Jobs;

namespace Bus.Dashboard.Api;

/// <summary>A queue as <see cref="JobQueueSummary"/> has it, with times in milliseconds.</summary>
internal sealed record QueueView(
    string Name, long Waiting, long Scheduled, long Retrying, long Held, long Running, long Dead, bool CountIsCapped, double? OldestWaitingMs, bool IsPaused, TallyView LastHour)
{
    public static QueueView Of(JobQueueSummary queue) => new(
        queue.Name, queue.Waiting, queue.Scheduled, queue.Retrying, queue.Held, queue.Running, queue.Dead, queue.CountIsCapped, queue.OldestWaiting?.TotalMilliseconds, queue.IsPaused, TallyView.Of(queue.LastHour));
}

/// <summary>What became of jobs, as <see cref="JobTally"/> has it, with times in milliseconds.</summary>
internal sealed record TallyView(long Succeeded, long Failed, long Dead, long Cancelled, long Crashed, double? MeanRunMs, double? MeanWaitMs, double? LongestRunMs)
{
    public static TallyView Of(JobTally tally) => new(
        tally.Succeeded, tally.Failed, tally.Dead, tally.Cancelled, tally.Crashed, tally.MeanRun?.TotalMilliseconds, tally.MeanWait?.TotalMilliseconds, tally.LongestRun?.TotalMilliseconds);
}
