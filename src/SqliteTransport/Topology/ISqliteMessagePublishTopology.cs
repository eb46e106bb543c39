namespace Bus.SqliteTransport.Topology;

/// <summary>The topics of a message type.</summary>
internal interface ISqliteMessagePublishTopology
{
    /// <summary>Null for a type that is kept out of the topology.</summary>
    string? Topic { get; }

    /// <summary>Adds the links from the type's topic to those of what it implements, and theirs.</summary>
    void AddLinks(HashSet<TopicLink> links);
}
