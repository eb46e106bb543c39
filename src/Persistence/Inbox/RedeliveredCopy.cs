using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;

namespace Bus.Persistence.Inbox;

/// <summary>Sends the consumed message anew, as it came: body, ids, addresses, headers, and what the transport knew of it.</summary>
internal sealed class RedeliveredCopy<T>(ConsumeContext<T> consumed, TimeSpan delay, Action<ConsumeContext, SendContext>? callback) : IPipe<SendContext<T>>
    where T : class
{
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(1);

    private readonly CopyContextPipe _copy = new(consumed);

    public async Task Send(SendContext<T> context)
    {
        await _copy.Send(context);
        KeepProperties(context);

        // A time to live counts from when the copy is due, and the deadline stays where it was.
        if (context.TimeToLive is { } left)
            context.TimeToLive = left - delay > Soonest ? left - delay : Soonest;
        context.Headers.Set(MessageHeaders.RedeliveryCount, consumed.GetRedeliveryCount() + 1);

        // The message may be more than the type that this handler takes of it.
        if (consumed.SerializerContext is { } serializer)
            context.Serializer = serializer.GetMessageSerializer();
        callback?.Invoke(consumed, context);
    }

    public void Probe(ProbeContext context) => context.CreateScope("redeliveredCopy");

    private void KeepProperties(SendContext<T> context)
    {
        if (context is not TransportSendContext transport || !consumed.TryGetPayload<TransportReceiveContext>(out var received) || received.GetTransportProperties() is not { } known)
            return;

        // What is to be set is read as a whole: the delay, which is set already, is in it.
        var properties = new Dictionary<string, object>(known, StringComparer.OrdinalIgnoreCase);
        transport.WritePropertiesTo(properties);
        transport.ReadPropertiesFrom(properties);
    }
}
