namespace Bus.SqliteTransport.Engine;

/// <summary>A message that this process holds under its lease until exactly one of the four methods ends it. Thread-safe; a second end does nothing.</summary>
internal abstract class Delivery
{
    public abstract byte[] Body { get; }

    public abstract byte[] Headers { get; }

    public abstract string? RoutingKey { get; }

    public abstract string? PartitionKey { get; }

    /// <summary>How often it was given to a handler before, here or elsewhere: 0 the first time.</summary>
    public abstract int Deliveries { get; }

    /// <summary>Cancelled when the lease is lost: another process may have the message, and none of the four methods has an effect any more.</summary>
    public abstract CancellationToken LeaseLost { get; }

    /// <summary>
    /// Says that a handler begins. Done at once, except for a message that a process has died with: then it is written down first, so that the next death is not blamed on a
    /// message that only waited.
    /// </summary>
    /// <exception cref="LeaseLostException">The lease was lost: the handler must not begin.</exception>
    public abstract ValueTask StartAsync();

    /// <summary>It is done: it leaves the file with one of the next commits. Not awaited, and lost by a crash before: it is then delivered again.</summary>
    public abstract void Complete();

    /// <summary>It begins anew, here or elsewhere, <paramref name="delay"/> from now (zero: at once), counted as delivered when <paramref name="counted"/>.</summary>
    public abstract void Abandon(TimeSpan delay, bool counted);

    /// <summary>
    /// Leaves this queue for another, with other headers and the same body, in one commit; the queue is made when it does not exist. Returns when that is on disk.
    /// </summary>
    /// <exception cref="LeaseLostException">The lease was lost; nothing was moved.</exception>
    public abstract Task MoveAsync(string queue, byte[] headers, CancellationToken cancellationToken);

    /// <summary>
    /// Leaves the queue for a time and comes back to its place with other headers (null: the same), counted as delivered. Of a partition key it holds back what follows, unless
    /// <paramref name="othersMayOvertake"/>. Returns when that is on disk.
    /// </summary>
    /// <exception cref="LeaseLostException">The lease was lost; nothing has changed.</exception>
    public abstract Task DeferAsync(TimeSpan delay, byte[]? headers, bool othersMayOvertake, CancellationToken cancellationToken);
}
