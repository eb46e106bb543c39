using MassTransit;
using MassTransit.Metadata;
using MassTransit.Topology;

namespace Bus.SqliteTransport.Topology;

/// <summary>Makes the topology of each message type that is published.</summary>
internal sealed class SqlitePublishTopology(IMessageTopology messageTopology) : PublishTopology
{
    /// <summary>The topic of a type and all links that start there or further on.</summary>
    public (string? Topic, IReadOnlyCollection<TopicLink> Links) Describe<T>()
        where T : class
    {
        var topology = (ISqliteMessagePublishTopology)GetMessageTopology<T>();
        var links = new HashSet<TopicLink>();
        topology.AddLinks(links);
        return (topology.Topic, links);
    }

    protected override IMessagePublishTopologyConfigurator CreateMessageTopology<T>()
    {
        var topology = new SqliteMessagePublishTopology<T>(this, messageTopology.GetMessageTopology<T>());
        ImplementedMessageTypeCache<T>.EnumerateImplementedTypes(new Connector<T>(this, topology));
        OnMessageTopologyCreated(topology);
        return topology;
    }

    private ISqliteMessagePublishTopology Of<T>()
        where T : class => (ISqliteMessagePublishTopology)GetMessageTopology<T>();

    private sealed class Connector<TMessage>(SqlitePublishTopology publish, SqliteMessagePublishTopology<TMessage> topology) : IImplementedMessageType
        where TMessage : class
    {
        public void ImplementsMessageType<T>(bool direct)
            where T : class
        {
            if (direct)
                topology.AddImplemented(publish.Of<T>());
        }
    }
}
