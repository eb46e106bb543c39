using System.Net.Mime;
using MassTransit;

namespace Bus.Serialization;

/// <summary>Gives MassTransit the MessagePack serializer.</summary>
internal sealed class MessagePackSerializerFactory : ISerializerFactory
{
    /// <inheritdoc/>
    public ContentType ContentType => MessagePackBusSerializer.MessagePackContentType;

    /// <inheritdoc/>
    public IMessageSerializer CreateSerializer() => MessagePackBusSerializer.Instance;

    /// <inheritdoc/>
    public IMessageDeserializer CreateDeserializer() => MessagePackBusSerializer.Instance;
}
