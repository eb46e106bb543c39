namespace Bus.Jobs;

/// <summary>A run that did not end its job well.</summary>
/// <param name="Number">Grows with every run of the job; see <see cref="JobRun.Number"/>.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Node">Where it ran.</param>
/// <param name="StartedAt">When it was taken.</param>
/// <param name="EndedAt">When it ended, or was found lost.</param>
/// <param name="Error">The exception with its stack.</param>
public sealed record JobRunSummary(long Number, JobRunOutcome Outcome, string? Node, DateTimeOffset? StartedAt, DateTimeOffset EndedAt, string? Error);
