using System.Diagnostics;
using Bus.Persistence.Timers;
using MassTransit;
using MassTransit.Context;

namespace Bus.Persistence.Outbox;

/// <summary>Turns a message that MassTransit is about to send into a record for the table. Thread-safe.</summary>
/// <param name="bus">Where events are declared.</param>
/// <param name="time">The service's clock.</param>
/// <param name="dueTime">The time by which timers are due, in Unix milliseconds.</param>
/// <param name="newKey">Makes tokens.</param>
internal sealed class MessageCapture(Func<IBus> bus, TimeProvider time, Func<long> dueTime, Func<Guid> newKey)
{
    private readonly Lazy<IBus> _bus = new(bus);

    /// <summary>Serializes the message once, as the transport would have.</summary>
    /// <exception cref="OutboxException">The message has no id or no destination.</exception>
    public OutboxRecord Capture<T>(SendContext<T> context)
        where T : class
    {
        var messageId = context.MessageId ?? throw new OutboxException($"The message of type '{TypeCache<T>.ShortName}' has no MessageId: do not clear it in a send filter.");
        var destination = context.DestinationAddress ?? throw new OutboxException($"The message {messageId} of type '{TypeCache<T>.ShortName}' has no destination address.");
        var target = PublishTarget.Of<T>();
        var isPublish = target.IsAt(_bus.Value, destination);
        var timer = TakeTimer(context);

        // The body first: its serializer may write headers and message types of its own.
        var body = context.Serializer.GetMessageBody(context).GetBytes();
        var metadata = Describe(context, isPublish, timer?.Due);
        return new OutboxRecord
        {
            Timer = timer,
            MessageId = messageId,
            Destination = destination,
            Metadata = metadata,
            MetadataJson = metadata.ToJson(),
            Body = body,
            Published = isPublish ? target : null,
            OrderKey = context.TryGetPayload<OrderKey>(out var key) ? key.Value : null,
        };
    }

    // The timer waits, not the transport. Whoever delays without a scheduler knows no token, and cannot cancel.
    private TimerOrder? TakeTimer(SendContext context)
    {
        var timer = context.TryGetPayload<TimerOrder>(out var order) ? order : context.Delay > TimeSpan.Zero ? new TimerOrder(newKey(), DateTimeOffset.FromUnixTimeMilliseconds(dueTime()) + context.Delay) : null;
        context.Delay = null;
        return timer;
    }

    private MessageMetadata Describe<T>(SendContext<T> context, bool isPublish, DateTimeOffset? due)
        where T : class => new()
        {
            ContentType = (context.ContentType ?? context.Serialization.DefaultContentType).ToString(),
            RequestId = context.RequestId,
            ConversationId = context.ConversationId,
            CorrelationId = context.CorrelationId,
            InitiatorId = context.InitiatorId,
            SourceAddress = context.SourceAddress,
            ResponseAddress = context.ResponseAddress,
            FaultAddress = context.FaultAddress,
            MessageTypes = context.SupportedMessageTypes,
            IsPublish = isPublish,
            ExpiresAt = due is null && context.TimeToLive is { } timeToLive ? (time.GetUtcNow() + timeToLive).ToUnixTimeMilliseconds() : null,
            LivesFor = due is null ? null : (long?)context.TimeToLive?.TotalMilliseconds,
            TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null,
            Headers = Headers(context),
            Properties = Properties(context),
        };

    private static Dictionary<string, object> Headers(SendContext context)
    {
        var headers = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in context.Headers.GetAll())
        {
            if (value is not null)
                headers[key] = value;
        }

        return headers;
    }

    private static Dictionary<string, object> Properties(SendContext context)
    {
        var properties = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        if (context is TransportSendContext transport)
            transport.WritePropertiesTo(properties);
        return properties;
    }
}
