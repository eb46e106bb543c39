using System.Diagnostics.CodeAnalysis;
using MassTransit;
using MassTransit.Topology;

namespace Bus.SqliteTransport.Topology;

/// <summary>A message type is published to the topic of its name, which is linked to the topics of the types that it implements directly, and so on.</summary>
internal sealed class SqliteMessagePublishTopology<TMessage>(IPublishTopology publishTopology, IMessageTopology<TMessage> messageTopology)
    : MessagePublishTopology<TMessage>(publishTopology), ISqliteMessagePublishTopology
    where TMessage : class
{
    private readonly List<ISqliteMessagePublishTopology> _implemented = [];
    private Uri? _address;

    public string? Topic => Exclude ? null : messageTopology.EntityName;

    public void AddImplemented(ISqliteMessagePublishTopology topology) => _implemented.Add(topology);

    public void AddLinks(HashSet<TopicLink> links)
    {
        if (Topic is not { } from)
            return;
        foreach (var topology in _implemented)
        {
            if (topology.Topic is { } to && links.Add(new TopicLink(from, to)))
                topology.AddLinks(links);
        }
    }

    /// <inheritdoc/>
    public override bool TryGetPublishAddress(Uri baseAddress, [NotNullWhen(true)] out Uri? publishAddress)
    {
        publishAddress = _address ??= new SqliteEndpointAddress(messageTopology.EntityName, IsTopic: true).ToUri();
        return true;
    }
}
