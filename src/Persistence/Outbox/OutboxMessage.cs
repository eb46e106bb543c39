namespace Bus.Persistence.Outbox;

/// <summary>A message that was committed and not yet confirmed by the broker. Rows are written by prepared SQL; the class maps the table.</summary>
public sealed class OutboxMessage
{
    /// <summary>The process that wrote the row; its relay sends it while its lease is alive.</summary>
    public Guid OwnerId { get; set; }

    /// <summary>Order of writing within the owner.</summary>
    public long Sequence { get; set; }

    /// <summary>The message id, kept over every re-send.</summary>
    public Guid MessageId { get; set; }

    /// <summary>Where to send it, as MassTransit's address.</summary>
    public string Destination { get; set; } = "";

    /// <summary>Content type, addresses, ids, headers and transport properties as JSON.</summary>
    public string Metadata { get; set; } = "";

    /// <summary>The serialized message, sent byte for byte.</summary>
    public byte[] Body { get; set; } = [];

    /// <summary>Time of writing by the database's clock, in Unix milliseconds.</summary>
    public long EnqueuedAt { get; set; }

    /// <summary>When the relay gave the row up as poison, in Unix milliseconds; null while it is to be sent.</summary>
    public long? ParkedAt { get; set; }

    /// <summary>Why it was parked.</summary>
    public string? Error { get; set; }
}
