using MassTransit.Configuration;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Topology;

/// <summary>The topology as a bus shows it.</summary>
internal sealed class SqliteBusTopology(IHostConfiguration host, SqliteTopologyConfiguration configuration) : BusTopology(host, configuration);
