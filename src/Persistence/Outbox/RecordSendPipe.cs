using System.Net.Mime;
using Bus.Core.SharedFile;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;

namespace Bus.Persistence.Outbox;

/// <summary>Sends a record's bytes as they are, with the ids, addresses and properties it was captured with.</summary>
/// <param name="record">What.</param>
/// <param name="time">For what is left of its time to live.</param>
/// <param name="guest">Where the transport leaves it; null to have it delivered.</param>
internal sealed class RecordSendPipe(OutboxRecord record, TimeProvider time, GuestMessages? guest = null) : IPipe<SendContext<SerializedMessageBody>>
{
    /// <summary>The header of a message that may have been sent before; its receivers look into their inbox first.</summary>
    public const string ResentHeader = "Bus-Resent";

    public Task Send(SendContext<SerializedMessageBody> context)
    {
        var metadata = record.Metadata;
        context.Serializer = new BytesSerializer(record.Body, metadata.ContentType);
        context.MessageId = record.MessageId;
        context.RequestId = metadata.RequestId;
        context.ConversationId = metadata.ConversationId;
        context.CorrelationId = metadata.CorrelationId;
        context.InitiatorId = metadata.InitiatorId;
        context.SourceAddress = metadata.SourceAddress;
        context.ResponseAddress = metadata.ResponseAddress;
        context.FaultAddress = metadata.FaultAddress;
        context.SupportedMessageTypes = metadata.MessageTypes;

        if (metadata.ExpiresAt is { } expiresAt)
            context.TimeToLive = DateTimeOffset.FromUnixTimeMilliseconds(expiresAt) - time.GetUtcNow();

        foreach (var (key, value) in metadata.Headers)
            context.Headers.Set(key, value);
        if (record.Resent)
            context.Headers.Set(ResentHeader, "true");

        if (context is TransportSendContext transport)
            transport.ReadPropertiesFrom(metadata.Properties);
        if (guest is not null)
            context.AddOrUpdatePayload(() => guest, _ => guest);
        return Task.CompletedTask;
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("outboxRecord");

    private sealed class BytesSerializer(byte[] body, string contentType) : IMessageSerializer
    {
        public ContentType ContentType { get; } = new(contentType);

        public MessageBody GetMessageBody<T>(SendContext<T> context)
            where T : class => new BytesMessageBody(body);
    }
}
