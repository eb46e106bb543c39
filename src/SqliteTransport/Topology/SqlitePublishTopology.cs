using MassTransit;
using MassTransit.Metadata;
using MassTransit.Topology;

namespace Bus.SqliteTransport.Topology;

/// <summary>Makes the topology of each message type that is published.</summary>
internal sealed class SqlitePublishTopology(IMessageTopology messageTopology) : PublishTopology
{
    public PublishedTopics TopicsOf<T>()
        where T : class => new PublishedTopics().Add(Of<T>());

    /// <summary>Of every type that is known to be published by now.</summary>
    public PublishedTopics AllTopics()
    {
        var topics = new PublishedTopics();
        ForEachMessageType<ISqliteMessagePublishTopology>(type => topics.Add(type));
        return topics;
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
