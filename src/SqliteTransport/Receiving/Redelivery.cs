using Bus.SqliteTransport.Sending;
using MassTransit;
using MassTransit.Context;

namespace Bus.SqliteTransport.Receiving;

/// <summary>
/// What a message that comes again carries. Its body stays as it is, and with an envelope the count and a new id would have to stand in there: so they are kept in the transport's headers, and
/// <see cref="RedeliveredConsumeContext"/> shows them.
/// </summary>
internal static class Redelivery
{
    public static int Count(HeaderBlock headers) => headers.TryGetHeader(MessageHeaders.RedeliveryCount, out var value)
        ? value switch
        {
            int count => count,
            long count => (int)count,
            string text when int.TryParse(text, out var count) => count,
            _ => 0,
        }
        : 0;

    /// <param name="headers">The message's headers.</param>
    /// <param name="consumed">For the callback.</param>
    /// <param name="callback">May set headers and another message id; what else it sets of a message that is not sent anew has no meaning.</param>
    public static byte[] Headers(HeaderBlock headers, ConsumeContext? consumed, Action<ConsumeContext, SendContext>? callback)
    {
        var changes = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        if (callback is not null && consumed is not null)
        {
            var send = new MessageSendContext<Redelivered>(new Redelivered()) { MessageId = consumed.MessageId };
            callback(consumed, send);
            foreach (var (name, value) in send.Headers.GetAll())
                changes[name] = value;
            if (send.MessageId != consumed.MessageId && send.MessageId is { } id)
                changes[MessageHeaders.MessageId] = id.ToString("D");
        }

        changes[MessageHeaders.RedeliveryCount] = Count(headers) + 1;
        return HeaderBlock.With(headers.Bytes, changes);
    }

    /// <summary>Stands for the message, whose type matters to nobody.</summary>
    internal sealed record Redelivered;
}
