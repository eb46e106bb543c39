using Bus.Scheduler.Runs;
using MassTransit;

namespace Bus.Scheduler;

/// <summary>Of which schedule and instant a message is.</summary>
/// <param name="Schedule">The name of the schedule.</param>
/// <param name="PlannedAt">The planned instant, without jitter and however late it was fired; of a run that somebody asked for, when he did.</param>
/// <param name="Kind">Why it was fired.</param>
public sealed record ScheduledRun(string Schedule, DateTimeOffset PlannedAt, RunKind Kind);

/// <summary>Asks a message for its schedule.</summary>
public static class ScheduledRunExtensions
{
    /// <summary>The run that the message is of; null when no schedule has fired it.</summary>
    public static ScheduledRun? ScheduledRun(this ConsumeContext context) => RunHeaders.Read(context)?.Run;
}
