namespace Bus.Jobs;

/// <summary>Tells the other processes that queues have jobs. It may be lost: each looks for itself every second.</summary>
public sealed record JobsQueued(IReadOnlyList<string> Queues);
