using Bus.SqliteTransport.Topology;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Observables;

namespace Bus.SqliteTransport.Configuration;

/// <summary>All that is configured of one bus.</summary>
internal sealed class SqliteBusConfiguration : SqliteEndpointConfiguration, IBusConfiguration
{
    private readonly BusObservable _observers = new();

    public SqliteBusConfiguration(SqliteTopologyConfiguration topology)
        : base(topology)
    {
        Host = new SqliteHostConfiguration(this, topology);
        BusEndpoint = CreateEndpointConfiguration(isBusEndpoint: true);
    }

    public SqliteHostConfiguration Host { get; }

    public SqliteEndpointConfiguration BusEndpoint { get; }

    IHostConfiguration IBusConfiguration.HostConfiguration => Host;

    IEndpointConfiguration IBusConfiguration.BusEndpointConfiguration => BusEndpoint;

    IBusObserver IBusConfiguration.BusObservers => _observers;

    /// <inheritdoc/>
    public ConnectHandle ConnectBusObserver(IBusObserver observer) => _observers.Connect(observer);

    /// <inheritdoc/>
    public ConnectHandle ConnectEndpointConfigurationObserver(IEndpointConfigurationObserver observer) => Host.ConnectEndpointConfigurationObserver(observer);
}
