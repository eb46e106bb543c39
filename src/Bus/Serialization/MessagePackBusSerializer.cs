using System.Net.Mime;
using System.Runtime.Serialization;
using MassTransit;
using MassTransit.Serialization;
using MessagePack;

namespace Bus.Serialization;

/// <summary>
/// Messages as a compact binary envelope. The envelope names message types by MassTransit's urn and never a .NET type: only a type that an endpoint was registered for
/// is ever made from bytes. Message classes need no attributes; they must be public.
/// </summary>
internal sealed class MessagePackBusSerializer : IMessageSerializer, IMessageDeserializer
{
    public static readonly ContentType MessagePackContentType = new("application/vnd.bus+msgpack");

    public static MessagePackBusSerializer Instance { get; } = new();

    /// <inheritdoc/>
    public ContentType ContentType => MessagePackContentType;

    /// <inheritdoc/>
    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class => Write(new JsonMessageEnvelope(context, context.Message), MessagePackPayload.Of(context.Message));

    /// <inheritdoc/>
    public ConsumeContext Deserialize(ReceiveContext receiveContext) =>
        new BodyConsumeContext(receiveContext, Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress));

    /// <inheritdoc/>
    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null)
    {
        try
        {
            var (envelope, payload) = MessagePackEnvelope.Read(body.GetBytes());
            return new MessagePackSerializerContext(envelope, payload);
        }
        catch (Exception error) when (error is MessagePackSerializationException or EndOfStreamException or FormatException or OverflowException)
        {
            throw new SerializationException("The MessagePack envelope of the message cannot be read.", error);
        }
    }

    /// <inheritdoc/>
    public MessageBody GetMessageBody(string text) => new Base64MessageBody(text);

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateScope("messagepack").Add("contentType", ContentType.MediaType);

    internal static MessageBody Write(JsonMessageEnvelope envelope, MessagePackPayload payload) => new BytesMessageBody(MessagePackEnvelope.Write(envelope, payload));
}
