namespace Bus.Jobs.Tracking;

/// <summary>A run of a consumer: which row it is about, and its number there.</summary>
internal sealed record TrackedRun(Guid Job, long Claim);
