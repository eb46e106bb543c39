using Bus.SqliteTransport.Engine;

namespace Bus.SqliteTransport.Topology;

/// <summary>The topics of one or more message types, and the links between them.</summary>
internal sealed class PublishedTopics
{
    private readonly HashSet<string> _topics = [];
    private readonly HashSet<TopicLink> _links = [];

    public IReadOnlyCollection<string> Topics => _topics;

    public IReadOnlyCollection<TopicLink> Links => _links;

    /// <summary>Adds a type's topic and all links that start there or further on; nothing of a type that is kept out of the topology.</summary>
    public PublishedTopics Add(ISqliteMessagePublishTopology type)
    {
        if (type.Topic is { } topic && _topics.Add(topic))
            type.AddLinks(_links);
        return this;
    }

    public async Task DeclareAsync(QueueFile file, CancellationToken cancellationToken)
    {
        foreach (var topic in _topics)
            await file.DeclareTopicAsync(topic, cancellationToken);
        foreach (var link in _links)
            await file.LinkAsync(link.From, link.To, cancellationToken);
    }

    /// <summary>The same in a transaction that is open.</summary>
    public void Declare(Turn turn)
    {
        foreach (var topic in _topics)
            turn.Store.Topology.Topic(topic);
        foreach (var link in _links)
            turn.Store.Topology.Link(link.From, link.To);
    }
}
