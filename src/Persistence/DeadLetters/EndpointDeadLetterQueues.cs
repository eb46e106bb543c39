using System.Collections.Concurrent;
using Bus.Core.Loops;
using Bus.Core.SharedFile;
using MassTransit;
using MassTransit.Context;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.DeadLetters;

/// <summary>Reads the queues by endpoints of the bus, on any transport.</summary>
internal sealed class EndpointDeadLetterQueues(Func<IBus> bus, Func<IQueueDirectory?> directory, ILoggerFactory loggers) : DeadLetterQueues(loggers.CreateLogger("Bus.DeadLetters"), TimeProvider.System)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> _attached = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _endpoints = new(StringComparer.Ordinal);

    // The transport in memory keeps nothing for a queue that nobody has declared.
    public override Task BeginAsync(CancellationToken cancellationToken) => RunOnceAsync(cancellationToken);

    // In memory the endpoints of this bus are all that there is.
    public override async Task<bool?> HasAsync(string queue, CancellationToken cancellationToken)
    {
        if (directory() is not { } known)
            return bus().Address.Scheme == "loopback" ? _endpoints.ContainsKey(queue) : null;
        try
        {
            return await known.HasAsync(queue, cancellationToken);
        }
        catch (TransportException)
        {
            return null;
        }
    }

    public override void Know(string endpoint) => _endpoints.TryAdd(endpoint, 0);

    protected override async Task AttachAsync(string queue, string suffix, CancellationToken cancellationToken)
    {
        if (!_attached.Add(queue + suffix))
            return;
        var endpoint = bus().ConnectReceiveEndpoint(queue + suffix, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PublishFaults = false;
            endpoint.ConfigureReceive(pipe => pipe.UseFilter(new TakeFilter(queue, (bytes, read) => TakeAsync(bytes, read, suffix, Stopping))));
        });
        // A transport that is away shall not keep the host from starting.
        await ((Task)endpoint.Ready).WaitAsync(Patience, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stands outside of all that looks into the message, and lets none through. What it throws leaves the message in its queue.</summary>
    private sealed class TakeFilter(string queue, Func<long, Func<ArrivedMessage>, Task> take) : IFilter<ReceiveContext>
    {
        public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) => take(context.Body.Length ?? 0, () => new ArrivedMessage(queue, context.Body.GetBytes(), HeadersOf(context))
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
