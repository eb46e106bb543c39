namespace Bus.Jobs;

/// <summary>Whether jobs are removed as fast as they come.</summary>
/// <param name="Lag">By how much the oldest job that is to be removed has outlived <see cref="JobsOptions.KeepEnded"/>: a minute is usual; zero when there is none.</param>
public sealed record JobUpkeepStatus(TimeSpan Lag);
