namespace Bus.SqliteTransport.Topology;

/// <summary>The subscriptions of one endpoint to one message type.</summary>
internal interface ISqliteMessageConsumeTopology
{
    IEnumerable<TopicSubscription> Subscriptions { get; }

    void Subscribe(string? routingKey);
}
