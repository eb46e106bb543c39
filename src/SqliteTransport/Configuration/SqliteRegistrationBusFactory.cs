using Bus.SqliteTransport.Topology;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.SqliteTransport.Configuration;

/// <summary>Makes the bus of a container.</summary>
internal sealed class SqliteRegistrationBusFactory : TransportRegistrationBusFactory<ISqliteReceiveEndpointConfigurator>
{
    private readonly SqliteBusConfiguration _bus;
    private readonly Action<IBusRegistrationContext, ISqliteBusFactoryConfigurator>? _configure;

    public SqliteRegistrationBusFactory(Action<IBusRegistrationContext, ISqliteBusFactoryConfigurator>? configure)
        : this(new SqliteBusConfiguration(new SqliteTopologyConfiguration()), configure)
    {
    }

    private SqliteRegistrationBusFactory(SqliteBusConfiguration bus, Action<IBusRegistrationContext, ISqliteBusFactoryConfigurator>? configure)
        : base(bus.Host) => (_bus, _configure) = (bus, configure);

    /// <inheritdoc/>
    public override IBusInstance CreateBus(IBusRegistrationContext context, IEnumerable<IBusInstanceSpecification> specifications, string busName)
    {
        _bus.Host.Settings.TimeProvider = context.GetService<TimeProvider>() ?? TimeProvider.System;
        return CreateBus(new SqliteBusFactoryConfigurator(_bus), context, _configure ?? ((_, _) => { }), specifications);
    }
}
