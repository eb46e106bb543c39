namespace Bus.SqliteTransport.Topology;

/// <summary>What is published to one topic is published to the other too.</summary>
internal sealed record TopicLink(string From, string To);
