using MassTransit;
using MassTransit.Configuration;
using MassTransit.Topology;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Topology;

/// <summary>The topology of a bus; each endpoint has its own consume topology and shares the rest.</summary>
internal sealed class SqliteTopologyConfiguration : ITopologyConfiguration
{
    public SqliteTopologyConfiguration()
    {
        // A topic has the name that RabbitMQ's exchange would have.
        Message = new MessageTopology(new MessageNameFormatterEntityNameFormatter(new DefaultMessageNameFormatter("::", "--", ":", "-")));
        Send = new SendTopology();
        Send.ConnectSendTopologyConfigurationObserver(new DelegateSendTopologyConfigurationObserver(GlobalTopology.Send));
        Send.TryAddConvention(new RoutingKeySendTopologyConvention());
        Send.TryAddConvention(new PartitionKeySendTopologyConvention());
        Publish = new SqlitePublishTopology(Message);
        Publish.ConnectPublishTopologyConfigurationObserver(new DelegatePublishTopologyConfigurationObserver(GlobalTopology.Publish));
        Publish.ConnectPublishTopologyConfigurationObserver(new PublishToSendTopologyConfigurationObserver(Send));
        Consume = new SqliteConsumeTopology(Message);
    }

    public SqliteTopologyConfiguration(SqliteTopologyConfiguration parent)
    {
        (Message, Send, Publish) = (parent.Message, parent.Send, parent.Publish);
        Consume = new SqliteConsumeTopology(Message);
    }

    public IMessageTopologyConfigurator Message { get; }

    public ISendTopologyConfigurator Send { get; }

    public SqlitePublishTopology Publish { get; }

    public SqliteConsumeTopology Consume { get; }

    IPublishTopologyConfigurator ITopologyConfiguration.Publish => Publish;

    IConsumeTopologyConfigurator ITopologyConfiguration.Consume => Consume;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate() => Send.Validate().Concat(Publish.Validate()).Concat(Consume.Validate());
}
