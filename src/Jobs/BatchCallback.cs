namespace Bus.Jobs;

/// <summary>A job that is enqueued when something has happened to a batch. It does not belong to the batch.</summary>
/// <param name="Arguments">What it is told: a record of the type that its handler takes.</param>
/// <param name="Queue">The queue it waits in; null for that of its handler.</param>
public sealed record BatchCallback(object Arguments, string? Queue = null);
