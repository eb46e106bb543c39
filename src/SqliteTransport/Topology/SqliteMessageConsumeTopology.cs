using MassTransit;

namespace Bus.SqliteTransport.Topology;

/// <summary>Remembers what an endpoint subscribes to for a message type.</summary>
internal sealed class SqliteMessageConsumeTopology<TMessage>(IMessageTopology<TMessage> messageTopology)
    : MessageConsumeTopology<TMessage>, ISqliteMessageConsumeTopology
    where TMessage : class
{
    private readonly List<string?> _routingKeys = [];

    public IEnumerable<TopicSubscription> Subscriptions => _routingKeys.Select(routingKey => new TopicSubscription(messageTopology.EntityName, routingKey));

    public void Subscribe(string? routingKey)
    {
        if (IsBindableMessageType)
            _routingKeys.Add(routingKey);
    }
}
