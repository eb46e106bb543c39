using Bus.Core.Loops;
using MassTransit;
using MassTransit.Context;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.DeadLetters;

/// <summary>Reads the queues by endpoints of the bus, on any transport.</summary>
internal sealed class EndpointDeadLetterQueues(Func<IBus> bus, ILoggerFactory loggers) : DeadLetterQueues(loggers.CreateLogger("Bus.DeadLetters"), TimeProvider.System)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> _attached = new(StringComparer.Ordinal);

    // The transport in memory keeps nothing for a queue that nobody has declared.
    public override Task BeginAsync(CancellationToken cancellationToken) => RunOnceAsync(cancellationToken);

    protected override async Task AttachAsync(string queue, string suffix, CancellationToken cancellationToken)
    {
        if (!_attached.Add(queue + suffix))
            return;
        var endpoint = bus().ConnectReceiveEndpoint(queue + suffix, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PublishFaults = false;
            endpoint.ConfigureReceive(pipe => pipe.UseFilter(new TakeFilter(queue, message => TakeAsync(message, suffix, Stopping))));
        });
        // A transport that is away shall not keep the host from starting.
        await ((Task)endpoint.Ready).WaitAsync(Patience, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stands outside of all that looks into the message, and lets none through. What it throws leaves the message in its queue.</summary>
    private sealed class TakeFilter(string queue, Func<ArrivedMessage, Task> take) : IFilter<ReceiveContext>
    {
        public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) => take(new ArrivedMessage(queue, context.Body.GetBytes(), HeadersOf(context))
        {
            MessageId = (context.GetMessageId() ?? context.TransportHeaders.Get<Guid>(MessageHeaders.MessageId))?.ToString("D"),
            CorrelationId = context.GetCorrelationId()?.ToString("D"),
            ContentType = context.ContentType?.ToString(),
            Properties = PropertiesOf(context),
        });

        public void Probe(ProbeContext context) => context.CreateFilterScope("deadLetters");

        private static Dictionary<string, object?> HeadersOf(ReceiveContext context)
        {
            var headers = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (var (name, value) in context.TransportHeaders.GetAll())
                headers[name] = value;
            return headers;
        }

        private static Dictionary<string, object?> PropertiesOf(ReceiveContext context)
        {
            var properties = new Dictionary<string, object?>(StringComparer.Ordinal);
            if (context is not TransportReceiveContext transport && !context.TryGetPayload(out transport!))
                return properties;
            foreach (var (name, value) in transport.GetTransportProperties() ?? new Dictionary<string, object>(StringComparer.Ordinal))
                properties[name] = value;
            return properties;
        }
    }
}
