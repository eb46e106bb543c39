namespace Bus.Persistence.Outbox;

/// <summary>
/// A message whose order within its key is promised. Kept apart from <see cref="OutboxMessage"/>: its position comes from the database, and one
/// relay at a time (the holder of a lease) sends the rows of a key one by one.
/// </summary>
public sealed class OrderedOutboxMessage
{
    /// <summary>Position given by the database on insert.</summary>
    public long Position { get; set; }

    /// <summary>Messages of one key leave in the order of their positions.</summary>
    public string OrderKey { get; set; } = "";

    /// <inheritdoc cref="OutboxMessage.MessageId" />
    public Guid MessageId { get; set; }

    /// <inheritdoc cref="OutboxMessage.Destination" />
    public string Destination { get; set; } = "";

    /// <inheritdoc cref="OutboxMessage.Metadata" />
    public string Metadata { get; set; } = "";

    /// <inheritdoc cref="OutboxMessage.Body" />
    public byte[] Body { get; set; } = [];

    /// <inheritdoc cref="OutboxMessage.EnqueuedAt" />
    public long EnqueuedAt { get; set; }

    /// <inheritdoc cref="OutboxMessage.ParkedAt" />
    public long? ParkedAt { get; set; }

    /// <inheritdoc cref="OutboxMessage.Error" />
    public string? Error { get; set; }
}
