namespace Bus.Scheduler.Firing;

/// <summary>What a schedule has behind it. Instants are Unix milliseconds.</summary>
/// <param name="LastAt">The last planned instant that was dealt with.</param>
/// <param name="Runs">How often it has fired by its plan.</param>
/// <param name="ActiveRun">The planned instant of the run that has not ended; null when none is asked for, or it has ended.</param>
/// <param name="ActiveSince">When that run was fired.</param>
/// <param name="WaitingAt">The planned instant that waits for the end of that run.</param>
internal sealed record ScheduleFacts(long LastAt, long Runs, long? ActiveRun = null, long? ActiveSince = null, long? WaitingAt = null);

/// <summary>One instant that is dealt with now.</summary>
/// <param name="PlannedAt">The instant.</param>
/// <param name="Outcome"><see cref="RunOutcome.Fired"/>, <see cref="RunOutcome.Skipped"/> or <see cref="RunOutcome.Missed"/>.</param>
/// <param name="Note">Why it is not fired.</param>
internal sealed record PlannedRun(long PlannedAt, RunOutcome Outcome, string? Note = null);

/// <summary>What is to be done with a schedule now.</summary>
/// <param name="Facts">What it then has behind it.</param>
/// <param name="Dealt">The instants that are dealt with, the oldest first.</param>
/// <param name="Cancelled">The instants of runs that are asked to stop.</param>
/// <param name="Lost">The instant of a run that counts as lost.</param>
/// <param name="NextAt">The next planned instant; null when none is left.</param>
/// <param name="DueAt">When to look again; null when never.</param>
internal sealed record FiringPlan(ScheduleFacts Facts, IReadOnlyList<PlannedRun> Dealt, IReadOnlyList<long> Cancelled, long? Lost, long? NextAt, long? DueAt);
