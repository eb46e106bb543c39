namespace Bus.SqliteTransport.Topology;

/// <summary>A routing key of null takes everything.</summary>
internal sealed record TopicSubscription(string Topic, string? RoutingKey);
