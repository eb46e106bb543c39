namespace Bus.SqliteTransport.Engine;

/// <summary>How a queue is read.</summary>
internal sealed record ConsumerOptions
{
    /// <summary>How many messages this process holds of the queue at once, running and waiting. At least 1.</summary>
    public required int Prefetch { get; init; }

    /// <summary>
    /// Called with what was claimed, in order, from the engine's own thread: it must only hand over, and never throw or block. At most <see cref="Prefetch"/> deliveries are
    /// out at any time; each that ends makes room for one.
    /// </summary>
    public required Action<Delivery> OnDelivery { get; init; }
}
