using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.Serialization;

namespace Bus.Serialization;

/// <summary>Reads MassTransit's JSON messages, the same ones with the same outcome, at about half the cost. <see cref="JsonEnvelopeSerializer"/> writes them.</summary>
internal sealed class JsonEnvelopeDeserializer : IMessageDeserializer, ISerializerFactory
{
    private static SystemTextJsonMessageSerializer MassTransits => SystemTextJsonMessageSerializer.Instance;

    private static JsonSerializerOptions Options => SystemTextJsonMessageSerializer.Options;

    /// <inheritdoc/>
    public ContentType ContentType => SystemTextJsonMessageSerializer.JsonContentType;

    /// <inheritdoc/>
    public ConsumeContext Deserialize(ReceiveContext receiveContext) =>
        new BodyConsumeContext(receiveContext, Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress));

    /// <inheritdoc/>
    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null)
    {
        try
        {
            // A transport that makes JSON of its own form of message knows better where the envelope is.
            if (body is not JsonMessageBody && JsonEnvelopeReader.TryRead(body.GetBytes(), Options, out var envelope, out var message))
                return new LazyContext(envelope, message);
        }
        catch (Exception error)
        {
            throw new SerializationException("The JSON envelope of the message cannot be read.", error);
        }

        return MassTransits.Deserialize(body, headers, destinationAddress);
    }

    /// <inheritdoc/>
    public MessageBody GetMessageBody(string text) => MassTransits.GetMessageBody(text);

    /// <inheritdoc/>
    public IMessageSerializer CreateSerializer() => new JsonEnvelopeSerializer();

    /// <inheritdoc/>
    public IMessageDeserializer CreateDeserializer() => this;

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => MassTransits.Probe(context);

    /// <summary>Makes the message straight from its bytes; for the rare rest it makes what MassTransit would have made at once.</summary>
    private sealed class LazyContext(JsonMessageEnvelope envelope, ReadOnlyMemory<byte> json)
        : BaseSerializerContext(MassTransits, new EnvelopeMessageContext(envelope, MassTransits), envelope.MessageType ?? [])
    {
        private SystemTextJsonSerializerContext? _whole;

        private SystemTextJsonSerializerContext Whole => _whole ??= ReadAll();

        public override bool TryGetMessage<T>(out T? message)
            where T : class
        {
            if (typeof(T) == typeof(JsonObject))
                return Whole.TryGetMessage(out message);
            message = IsSupportedMessageType<T>() ? JsonSerializer.Deserialize<T>(json.Span, Options) : null;
            return message is not null;
        }

        public override bool TryGetMessage(Type messageType, [NotNullWhen(true)] out object? message)
        {
            message = JsonSerializer.Deserialize(json.Span, messageType, Options);
            return message is not null;
        }

        public override IMessageSerializer GetMessageSerializer() => Whole.GetMessageSerializer();

        public override IMessageSerializer GetMessageSerializer<T>(MessageEnvelope envelope, T message) => Whole.GetMessageSerializer(envelope, message);

        public override IMessageSerializer GetMessageSerializer(object message, string[] messageTypes) => Whole.GetMessageSerializer(message, messageTypes);

        public override Dictionary<string, object> ToDictionary<T>(T? message)
            where T : class => Whole.ToDictionary(message);

        private SystemTextJsonSerializerContext ReadAll()
        {
            envelope.Message = JsonSerializer.Deserialize<JsonElement>(json.Span, Options);
            // A filter may change what is sent on, and the array that was read stands for all messages of the type.
            envelope.MessageType = envelope.MessageType?.ToArray();
            return new SystemTextJsonSerializerContext(
                MassTransits, Options, SystemTextJsonMessageSerializer.JsonContentType, new EnvelopeMessageContext(envelope, MassTransits), envelope.MessageType ?? [], envelope);
        }
    }
}
