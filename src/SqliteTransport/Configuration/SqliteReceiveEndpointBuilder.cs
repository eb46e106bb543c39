using Bus.SqliteTransport.Topology;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Middleware;

namespace Bus.SqliteTransport.Configuration;

/// <summary>Subscribes an endpoint to what its consumers consume.</summary>
internal sealed class SqliteReceiveEndpointBuilder(SqliteReceiveEndpointConfiguration configuration, SqliteConsumeTopology topology) : ReceiveEndpointBuilder(configuration)
{
    /// <inheritdoc/>
    public override ConnectHandle ConnectConsumePipe<T>(IPipe<ConsumeContext<T>> pipe, ConnectPipeOptions options)
    {
        if (configuration.ConfigureConsumeTopology && options.HasFlag(ConnectPipeOptions.ConfigureConsumeTopology)
            && ((IConsumeTopologyConfigurator)topology).GetMessageTopology<T>().ConfigureConsumeTopology)
        {
            topology.Subscribe<T>(routingKey: null);
        }

        return base.ConnectConsumePipe(pipe, options);
    }
}
