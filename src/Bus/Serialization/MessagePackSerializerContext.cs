using System.Diagnostics.CodeAnalysis;
using MassTransit;
using MassTransit.Serialization;

namespace Bus.Serialization;

/// <summary>A received envelope: makes the message when a registered type asks for it, and writes it again when it is forwarded.</summary>
internal sealed class MessagePackSerializerContext(JsonMessageEnvelope envelope, MessagePackPayload payload)
    : BaseSerializerContext(SystemTextJsonMessageSerializer.Instance, new EnvelopeMessageContext(envelope, SystemTextJsonMessageSerializer.Instance), envelope.MessageType ?? [])
{
    /// <inheritdoc/>
    public override bool TryGetMessage<T>(out T? message)
        where T : class
    {
        message = IsSupportedMessageType<T>() ? (T?)payload.To(typeof(T)) : null;
        return message is not null;
    }

    /// <inheritdoc/>
    public override bool TryGetMessage(Type messageType, [NotNullWhen(true)] out object? message)
    {
        message = payload.To(messageType);
        return message is not null;
    }

    /// <inheritdoc/>
    public override IMessageSerializer GetMessageSerializer() => new Again(new JsonMessageEnvelope(envelope), payload);

    /// <inheritdoc/>
    public override IMessageSerializer GetMessageSerializer<T>(MessageEnvelope envelope, T message) =>
        new Again(new JsonMessageEnvelope(envelope), MessagePackPayload.Of(message));

    /// <inheritdoc/>
    public override IMessageSerializer GetMessageSerializer(object message, string[] messageTypes) =>
        new Again(new JsonMessageEnvelope(this, message, messageTypes), MessagePackPayload.Of(message.GetType(), message));

    /// <inheritdoc/>
    public override Dictionary<string, object> ToDictionary<T>(T? message)
        where T : class => message is null
            ? new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase)
            : SystemTextJsonMessageSerializer.Instance.DeserializeObject<Dictionary<string, object>>(message) ?? [];

    private sealed class Again(JsonMessageEnvelope envelope, MessagePackPayload payload) : IMessageSerializer
    {
        public System.Net.Mime.ContentType ContentType => MessagePackBusSerializer.MessagePackContentType;

        public MessageBody GetMessageBody<T>(SendContext<T> context)
            where T : class
        {
            envelope.Update(context);
            return MessagePackBusSerializer.Write(envelope, payload);
        }
    }
}
