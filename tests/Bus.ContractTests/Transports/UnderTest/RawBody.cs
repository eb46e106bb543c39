using System.Net.Mime;
using MassTransit;

namespace Bus.ContractTests.Transports.UnderTest;

/// <summary>Puts bytes on the wire just as they are, whatever the message is.</summary>
public sealed class RawBody(byte[] body, string contentType) : IMessageSerializer
{
    public ContentType ContentType { get; } = new(contentType);

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class =>
        new BytesMessageBody(body);
}
