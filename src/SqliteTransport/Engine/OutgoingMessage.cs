namespace Bus.SqliteTransport.Engine;

/// <summary>What is put into the file. The arrays must not be changed afterwards: a receiver in the same process is given them as they are.</summary>
internal sealed record OutgoingMessage
{
    public required byte[] Body { get; init; }

    /// <summary>The transport headers as <c>HeaderBlock</c> writes them; the engine does not read them.</summary>
    public byte[] Headers { get; init; } = [];

    /// <summary>Chooses among the subscriptions of a topic; null matches those without one.</summary>
    public string? RoutingKey { get; init; }

    /// <summary>Messages of one key in one queue run one at a time, in the order of their commits. Null: no order.</summary>
    public string? PartitionKey { get; init; }

    /// <summary>0 to 9; higher goes first. 0 by default.</summary>
    public byte Priority { get; init; }

    /// <summary>Not delivered before. Null or past: at once.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>Not delivered after. Null: kept for ever.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>True: what has expired goes away without a trace, as an answer that nobody waits for. False: to the queue's skipped queue, with the reason.</summary>
    public bool DropWhenExpired { get; init; }

    /// <summary>By which <see cref="QueueFile.CancelAsync"/> finds a message that is not due yet. Null: not to be cancelled.</summary>
    public Guid? Token { get; init; }

    /// <summary>How often it was delivered before, for a message that is put back as a copy.</summary>
    public int Deliveries { get; init; }
}
