using Bus.SqliteTransport.Engine;
using MassTransit;

namespace Bus.SqliteTransport.Sending;

/// <summary>Turns a message that MassTransit sends into what the file keeps.</summary>
internal static class OutgoingMessages
{
    public static OutgoingMessage Of<T>(SqliteMessageSendContext<T> context, TimeProvider time)
        where T : class
    {
        // First, since a serializer without an envelope writes its headers now.
        var body = context.Body.GetBytes();
        var due = context.Due ?? (context.Delay > TimeSpan.Zero ? time.GetUtcNow() + context.Delay : null);
        return new OutgoingMessage
        {
            Body = body,
            Headers = Headers(context),
            RoutingKey = Nullable(context.RoutingKey),
            PartitionKey = Nullable(context.PartitionKey),
            Priority = context.Priority,
            Due = due,
            Expires = context.TimeToLive is { } timeToLive ? (due ?? time.GetUtcNow()) + timeToLive : null,
            // Nobody waits any more for a question or an answer that comes too late.
            DropWhenExpired = context.RequestId.HasValue,
            Token = due is null ? null : Token(context),
        };
    }

    /// <summary>The token of a scheduled message, or null. What comes out of an outbox has only the header left.</summary>
    public static Guid? Token(SendContext context) => context.ScheduledMessageId
        ?? (context.Headers.TryGetHeader(MessageHeaders.SchedulingTokenId, out var value) && Guid.TryParse(value.ToString(), out var token) ? token : null);

    private static byte[] Headers<T>(SqliteMessageSendContext<T> context)
        where T : class
    {
        var writer = new HeaderBlockWriter();
        writer.Add(MessageHeaders.ContentType, context.ContentType?.ToString());
        if (context.MessageId is { } messageId && !context.Headers.TryGetHeader(MessageHeaders.MessageId, out _))
            writer.AddId(MessageHeaders.MessageId, messageId);
        if (context.CorrelationId is { } correlationId && !context.Headers.TryGetHeader(MessageHeaders.CorrelationId, out _))
            writer.AddId(MessageHeaders.CorrelationId, correlationId);
        foreach (var (name, value) in context.Headers.GetAll())
        {
            if (!string.Equals(name, MessageHeaders.ContentType, StringComparison.OrdinalIgnoreCase))
                writer.Add(name, value);
        }

        return writer.ToArray();
    }

    private static string? Nullable(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
