using MassTransit;

namespace Bus.Persistence.Inbox;

/// <summary>
/// Which id a consumer's inbox knows a message by. That is the id of its first sending: one that failed and is delivered again, even under another id, must be known again. But
/// what a handler has put off it has applied; the copy that comes back is to be applied by it too, though by no other consumer of the queue, and so it says its own id for it.
/// </summary>
internal static class InboxId
{
    /// <summary>
    /// "id/consumer". MassTransit hands headers on from a message to those that its handler sends, unless their names begin so: an event with this header would be taken for the copy.
    /// </summary>
    public const string Header = "MT-Bus-InboxId";

    public static Guid? Of(ConsumeContext context, Guid consumer) => Read(context) is { } own && own.Consumer == consumer ? own.Id : context.GetOriginalMessageId();

    /// <summary>
    /// Whether the message is a copy for another consumer of the queue. This one has had the message itself, perhaps so long ago that the inbox has forgotten it. A consumer that nobody here knows does not count:
    /// one that was renamed meanwhile shall get its copy. Nor does one of another queue, from where the copy was forwarded.
    /// </summary>
    public static bool IsForAnother(ConsumeContext context, Guid consumer, KnownConsumers known) => Read(context) is { } own && own.Consumer != consumer && known.ShareQueue(own.Consumer, consumer);

    /// <summary>
    /// Gives the message that is being sent an id of its own if it is the consumed one on its way back to its own queue: by <c>Redeliver</c>, <c>Defer</c>, or forwarded by hand.
    /// The id is written down with the effects of the handler, so that the copy is applied once, however often it is sent.
    /// </summary>
    public static void Renew(ConsumeContext consumed, InboxKey key, SendContext sent)
    {
        if (consumed.ReceiveContext.InputAddress is not { } queue || sent.DestinationAddress?.AbsolutePath != queue.AbsolutePath)
            return;
        var isSame = IsOf(sent.MessageId);
        if (!isSame && !(sent.Headers.TryGetHeader(MessageHeaders.OriginalMessageId, out var value) && Guid.TryParse(value.ToString(), out var original) && IsOf(original)))
            return;
        if (isSame)
            sent.ReplaceMessageId(consumed);
        Write(sent, key);

        bool IsOf(Guid? id) => id is not null && (id == key.MessageId || id == consumed.MessageId || id == consumed.GetOriginalMessageId());
    }

    /// <summary>Gives the copy of a message that has failed this id: for the consumer of the key alone, and for all where there is none.</summary>
    public static void Give(ConsumeContext failed, InboxKey? key, SendContext copy, Guid id)
    {
        copy.ReplaceMessageId(failed);
        copy.MessageId = id;
        if (key is { } known)
            Write(copy, known);
    }

    private static void Write(SendContext sent, InboxKey key) => sent.Headers.Set(Header, $"{sent.MessageId}/{key.ConsumerId}");

    private static (Guid Id, Guid Consumer)? Read(ConsumeContext context) =>
        context.Headers.TryGetHeader(Header, out var value) && value?.ToString()?.Split('/') is [var id, var whose] && Guid.TryParse(id, out var own) && Guid.TryParse(whose, out var consumer) ? (own, consumer) : null;
}
