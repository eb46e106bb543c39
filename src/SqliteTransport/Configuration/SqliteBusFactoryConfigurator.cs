using MassTransit;
using MassTransit.Configuration;

namespace Bus.SqliteTransport.Configuration;

/// <summary>What a user's callback configures.</summary>
internal sealed class SqliteBusFactoryConfigurator : BusFactoryConfigurator, ISqliteBusFactoryConfigurator, IBusFactory
{
    private readonly SqliteBusConfiguration _bus;

    public SqliteBusFactoryConfigurator(SqliteBusConfiguration bus)
        : base(bus)
    {
        _bus = bus;
        // The bus endpoint opens the file, so that errors in it are found when the bus starts, and takes answers.
        bus.BusEndpoint.Consume.Configurator.AutoStart = true;
    }

    /// <inheritdoc/>
    public override bool AutoStart
    {
        set { }
    }

    /// <inheritdoc/>
    public IReceiveEndpointConfiguration CreateBusEndpointConfiguration(Action<IReceiveEndpointConfigurator> configure) =>
        _bus.Host.CreateReceiveEndpoint(_bus.SqliteTopology.Consume.CreateTemporaryQueueName("bus"), _bus.BusEndpoint, configure);

    /// <inheritdoc/>
    public void Host(string path) => _bus.Host.Settings.Path = path;

    /// <inheritdoc/>
    public void Host(Action<ISqliteHostConfigurator> configure) => configure(_bus.Host.Settings);

    /// <inheritdoc/>
    public void ReceiveEndpoint(
        IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter = null, Action<ISqliteReceiveEndpointConfigurator>? configureEndpoint = null) =>
        _bus.Host.ReceiveEndpoint(definition, endpointNameFormatter, configureEndpoint);

    /// <inheritdoc/>
    public void ReceiveEndpoint(
        IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter = null, Action<IReceiveEndpointConfigurator>? configureEndpoint = null) =>
        _bus.Host.ReceiveEndpoint(definition, endpointNameFormatter, configureEndpoint);

    /// <inheritdoc/>
    public void ReceiveEndpoint(string queueName, Action<ISqliteReceiveEndpointConfigurator> configureEndpoint) => _bus.Host.ReceiveEndpoint(queueName, configureEndpoint);

    /// <inheritdoc/>
    public void ReceiveEndpoint(string queueName, Action<IReceiveEndpointConfigurator> configureEndpoint) => _bus.Host.ReceiveEndpoint(queueName, configureEndpoint);
}
