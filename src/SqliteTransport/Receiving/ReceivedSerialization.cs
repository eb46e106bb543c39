using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using MassTransit;

namespace Bus.SqliteTransport.Receiving;

/// <summary>The deserializers of an endpoint, each of which lets the received message know what it was read as, and shows what the transport knows better.</summary>
internal sealed class ReceivedSerialization(ISerialization inner) : ISerialization
{
    private readonly ConcurrentDictionary<IMessageDeserializer, IMessageDeserializer> _deserializers = new(ReferenceEqualityComparer.Instance);

    /// <inheritdoc/>
    public ContentType DefaultContentType => inner.DefaultContentType;

    /// <inheritdoc/>
    public IMessageSerializer GetMessageSerializer(ContentType? contentType = null) => inner.GetMessageSerializer(contentType);

    /// <inheritdoc/>
    public bool TryGetMessageSerializer(ContentType contentType, [NotNullWhen(true)] out IMessageSerializer? serializer) => inner.TryGetMessageSerializer(contentType, out serializer);

    /// <inheritdoc/>
    public IMessageDeserializer GetMessageDeserializer(ContentType? contentType = null) => Around(inner.GetMessageDeserializer(contentType));

    /// <inheritdoc/>
    public bool TryGetMessageDeserializer(ContentType contentType, [NotNullWhen(true)] out IMessageDeserializer? deserializer)
    {
        if (!inner.TryGetMessageDeserializer(contentType, out var found))
        {
            deserializer = null;
            return false;
        }

        deserializer = Around(found);
        return true;
    }

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => inner.Probe(context);

    private IMessageDeserializer Around(IMessageDeserializer deserializer) =>
        _deserializers.GetOrAdd(deserializer, static inside => new ReceivedDeserializer(inside));

    private sealed class ReceivedDeserializer(IMessageDeserializer inner) : IMessageDeserializer
    {
        public ContentType ContentType => inner.ContentType;

        public ConsumeContext Deserialize(ReceiveContext receiveContext)
        {
            var consume = inner.Deserialize(receiveContext);
            if (receiveContext is not SqliteReceiveContext receive && !receiveContext.TryGetPayload(out receive!))
                return consume;
            if (receive.Redelivered && Redelivery.Count(receive.Headers) > 0)
                consume = new RedeliveredConsumeContext(consume, receive.Headers);
            receive.Consumed = consume;
            return consume;
        }

        public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) => inner.Deserialize(body, headers, destinationAddress);

        public MessageBody GetMessageBody(string text) => inner.GetMessageBody(text);

        public void Probe(ProbeContext context) => inner.Probe(context);
    }
}
