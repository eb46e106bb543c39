using Bus.SqliteTransport.Engine.Storage;

namespace Bus.SqliteTransport.Engine;

/// <summary>The queues that go with this process, to be made again when it was taken for dead. For the writer's thread.</summary>
internal sealed class TemporaryQueues
{
    private readonly Dictionary<string, (QueueOptions Options, HashSet<(string Topic, string? RoutingKey)> Subscriptions)> _queues = [];

    public void Declared(string queue, QueueOptions options)
    {
        if (options.Temporary)
            _queues.TryAdd(queue, (options, []));
    }

    public void Subscribed(string topic, string queue, string? routingKey)
    {
        if (_queues.TryGetValue(queue, out var known))
            known.Subscriptions.Add((topic, routingKey));
    }

    public void DeclareAgain(Store store, long process)
    {
        foreach (var (queue, (options, subscriptions)) in _queues)
        {
            store.Topology.Declare(queue, options, process);
            foreach (var (topic, routingKey) in subscriptions)
                store.Topology.Subscribe(topic, queue, routingKey);
        }
    }
}
