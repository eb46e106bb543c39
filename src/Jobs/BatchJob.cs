namespace Bus.Jobs;

/// <summary>One job of a batch.</summary>
/// <param name="Arguments">What it is told: a record of the type that its handler takes.</param>
/// <param name="Options">What is said about it; null for <see cref="JobBatchOptions.Jobs"/>. It can have neither <see cref="EnqueueOptions.Unique"/> nor <see cref="EnqueueOptions.IdempotencyKey"/>.</param>
public sealed record BatchJob(object Arguments, EnqueueOptions? Options = null);
