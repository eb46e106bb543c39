using Bus.SqliteTransport.Topology;
using MassTransit.Configuration;

namespace Bus.SqliteTransport.Configuration;

/// <summary>Pipes, serialization and topology of a bus or an endpoint.</summary>
internal class SqliteEndpointConfiguration : EndpointConfiguration
{
    protected SqliteEndpointConfiguration(SqliteTopologyConfiguration topology)
        : base(topology) => SqliteTopology = topology;

    private SqliteEndpointConfiguration(SqliteEndpointConfiguration parent, SqliteTopologyConfiguration topology, bool isBusEndpoint)
        : base(parent, topology, isBusEndpoint) => SqliteTopology = topology;

    public SqliteTopologyConfiguration SqliteTopology { get; }

    public SqliteEndpointConfiguration CreateEndpointConfiguration(bool isBusEndpoint) => new(this, new SqliteTopologyConfiguration(SqliteTopology), isBusEndpoint);
}
