namespace Bus.Benchmarks;

/// <summary>The event that the first consumer publishes; its consumer does the work that is counted.</summary>
public sealed record JobDone(Job Job);
