namespace Bus.Persistence;

/// <summary>When the inbox is asked whether a message was applied already. The commit asks in any case: this decides only whether a duplicate's handler runs in vain.</summary>
public enum InboxCheck
{
    /// <summary>
    /// Ask first when the transport says redelivered, on a retry, when the sender says re-sent, or when this process has seen the id: one round trip less for the rest.
    /// A duplicate that another producer made runs its handler, and the commit refuses its effects.
    /// </summary>
    WhenRedelivered,

    /// <summary>Always ask first: for handlers that do something outside the database.</summary>
    Always,
}
