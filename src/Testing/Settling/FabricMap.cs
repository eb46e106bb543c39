using System.Collections.Concurrent;
using MassTransit.InMemoryTransport;
using MassTransit.Transports.Fabric;

namespace Bus.Testing.Settling;

/// <summary>Learns from the in-memory transport which exchange leads to which queues, so that a send is known to become so many deliveries.</summary>
internal sealed class FabricMap : IMessageFabricObserver<InMemoryTransportContext>
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, byte>> _exchanges = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, byte>> _queues = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, byte> _consumed = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>To how many queues that somebody reads a message at <paramref name="address"/> will be delivered; each queue gets it once.</summary>
    public int Deliveries(Uri? address)
    {
        if (address is null)
        {
            return 0;
        }

        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        Walk(Name(address), seen, found);
        return found.Count;
    }

    /// <summary>Whether messages are moved to this queue without being sent, so that they are not counted there: what failed, and what nobody knew.</summary>
    public static bool IsDeadEnd(string queue) =>
        queue.EndsWith("_error", StringComparison.OrdinalIgnoreCase) || queue.EndsWith("_skipped", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public void ExchangeBindingCreated(InMemoryTransportContext context, string source, string destination, string? routingKey = null) =>
        Link(_exchanges, source, destination);

    /// <inheritdoc/>
    public void QueueBindingCreated(InMemoryTransportContext context, string source, string destination) => Link(_queues, source, destination);

    /// <inheritdoc/>
    public TopologyHandle ConsumerConnected(InMemoryTransportContext context, TopologyHandle handle, string queueName)
    {
        if (!IsDeadEnd(queueName))
        {
            _consumed[queueName] = 0;
        }

        return handle;
    }

    /// <inheritdoc/>
    public void ExchangeDeclared(InMemoryTransportContext context, string name, ExchangeType exchangeType)
    {
    }

    /// <inheritdoc/>
    public void QueueDeclared(InMemoryTransportContext context, string name)
    {
    }

    private void Walk(string exchange, HashSet<string> seen, HashSet<string> found)
    {
        if (!seen.Add(exchange))
        {
            return;
        }

        if (_queues.TryGetValue(exchange, out var queues))
        {
            found.UnionWith(queues.Keys.Where(_consumed.ContainsKey));
        }

        if (_exchanges.TryGetValue(exchange, out var next))
        {
            foreach (var destination in next.Keys)
            {
                Walk(destination, seen, found);
            }
        }
    }

    private static void Link(ConcurrentDictionary<string, ConcurrentDictionary<string, byte>> links, string from, string to) =>
        links.GetOrAdd(from, _ => new ConcurrentDictionary<string, byte>(StringComparer.OrdinalIgnoreCase))[to] = 0;

    private static string Name(Uri address) => Uri.UnescapeDataString(address.AbsolutePath.Split('/')[^1]);
}
