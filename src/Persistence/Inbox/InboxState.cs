namespace Bus.Persistence.Inbox;

/// <summary>The record that a consumer has applied a message. Its key is the fence: a second commit for the same pair is refused by the database.</summary>
public sealed class InboxState
{
    /// <summary>Id of the message.</summary>
    public Guid MessageId { get; set; }

    /// <summary>Identity of the consumer on its endpoint.</summary>
    public Guid ConsumerId { get; set; }

    /// <summary>Time of the commit by the database's clock, in Unix milliseconds.</summary>
    public long ReceivedAt { get; set; }
}
