namespace Bus.Persistence.Timers;

/// <summary>A message that waits for its time. Rows are written and taken by prepared SQL; the class maps the table.</summary>
public sealed class TimerRow
{
    /// <summary>By which it is cancelled or replaced.</summary>
    public Guid Token { get; set; }

    /// <summary>When it is to be sent, in Unix milliseconds.</summary>
    public long DueAt { get; set; }

    /// <summary>The message id, the same however often it is sent.</summary>
    public Guid MessageId { get; set; }

    /// <summary>Where to send it, as MassTransit's address.</summary>
    public string Destination { get; set; } = "";

    /// <summary>Content type, addresses, ids, headers and transport properties as JSON.</summary>
    public string Metadata { get; set; } = "";

    /// <summary>The serialized message, sent byte for byte.</summary>
    public byte[] Body { get; set; } = [];

    /// <summary>The key whose messages leave in the order of their due times, those of one instant in any; null when no order was asked for.</summary>
    public string? OrderKey { get; set; }

    /// <summary>When it was given up because it could not be put into the outbox, in Unix milliseconds; null while it waits.</summary>
    public long? ParkedAt { get; set; }

    /// <summary>Why it was parked.</summary>
    public string? Error { get; set; }

    /// <summary>Time of writing by the database's clock, in Unix milliseconds.</summary>
    public long CreatedAt { get; set; }
}
