using MassTransit;

namespace Bus.SqliteTransport.Topology;

/// <summary>What one endpoint subscribes to.</summary>
internal sealed class SqliteConsumeTopology(IMessageTopology messageTopology) : ConsumeTopology
{
    private readonly List<TopicSubscription> _named = [];

    /// <summary>Each once.</summary>
    public IReadOnlyCollection<TopicSubscription> Subscriptions()
    {
        var all = new HashSet<TopicSubscription>(_named);
        ForEach<ISqliteMessageConsumeTopology>(topology => all.UnionWith(topology.Subscriptions));
        return all;
    }

    public void Subscribe(string topic, string? routingKey) => _named.Add(new TopicSubscription(topic, routingKey));

    public void Subscribe<T>(string? routingKey)
        where T : class => ((ISqliteMessageConsumeTopology)GetMessageTopology<T>()).Subscribe(routingKey);

    protected override IMessageConsumeTopologyConfigurator CreateMessageTopology<T>()
    {
        var topology = new SqliteMessageConsumeTopology<T>(messageTopology.GetMessageTopology<T>());
        OnMessageTopologyCreated(topology);
        return topology;
    }
}
