using MassTransit;
using MassTransit.Transports.Fabric;

namespace Bus.ContractTests.Transports.UnderTest;

public sealed class InMemoryUnderTest : TransportUnderTest
{
    public override TransportColumn Column => TransportFeatures.InMemory;

    public override void Use(IBusRegistrationConfigurator registration, NodeSetup setup) => registration.UsingInMemory(setup.Apply);

    public override Task<long?> CountAsync(string queue) => Task.FromResult<long?>(null);

    public override void RouteByKey<T>(IBusFactoryConfigurator bus) =>
        ((IInMemoryBusFactoryConfigurator)bus).Publish<T>(topology => topology.ExchangeType = ExchangeType.Topic);

    public override void Subscribe<T>(IReceiveEndpointConfigurator endpoint, string routingKey) =>
        ((IInMemoryReceiveEndpointConfigurator)endpoint).Bind<T>(ExchangeType.Topic, routingKey);
}
