namespace Bus.Persistence.Outbox;

/// <summary>
/// An earlier message of the same schedule stands in the table still: a cancel sent now would find nothing to cancel, and what is scheduled now would be cancelled by an earlier cancel.
/// It waits; that is no failure of the message.
/// </summary>
internal sealed class EarlierNotSentException(Guid messageId)
    : TimeoutException($"The message {messageId} waits until the earlier ones of its schedule have left the outbox.");
