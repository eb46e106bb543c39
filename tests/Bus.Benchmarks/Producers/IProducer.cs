namespace Bus.Benchmarks.Producers;

/// <summary>How a peer enqueues. Thread-safe.</summary>
internal interface IProducer
{
    /// <summary>Enqueues one job and returns when it is durable.</summary>
    Task SendAsync(Job job);

    /// <summary>Enqueues many at once and returns when all are durable.</summary>
    Task SendManyAsync(Job[] jobs);

    /// <summary>Returns when the broker has confirmed all that was enqueued.</summary>
    Task FinishAsync();
}
