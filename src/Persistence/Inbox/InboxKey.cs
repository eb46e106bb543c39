namespace Bus.Persistence.Inbox;

/// <summary>What may be applied once: a message by a consumer.</summary>
internal readonly record struct InboxKey(Guid MessageId, Guid ConsumerId);
