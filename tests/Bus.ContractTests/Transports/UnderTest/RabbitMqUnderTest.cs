using Bus.TestSupport;
using MassTransit;
using RabbitMQ.Client;

namespace Bus.ContractTests.Transports.UnderTest;

public sealed class RabbitMqUnderTest : TransportUnderTest
{
    private TestRabbitMq _broker = null!;

    public override TransportColumn Column => TransportFeatures.RabbitMq;

    // The broker takes 25 ms to write a queue's making to disk.
    public override int ManyQueues => 100;

    public override async Task OpenAsync() => _broker = await TestRabbitMq.CreateVirtualHostAsync();

    public override async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        await base.DisposeAsync();
    }

    public override void Use(IBusRegistrationConfigurator registration, NodeSetup setup) =>
        registration.UsingRabbitMq((context, bus) =>
        {
            bus.Host(_broker.Uri);
            setup.Apply(context, bus);
        });

    // By its exchange: a sender that declares the queue once more, without its arguments, is refused by the broker.
    public override Uri AddressOf(string queue) => new($"exchange:{queue}");

    public override async Task<long?> CountAsync(string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = _broker.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
    }

    public override void RouteByKey<T>(IBusFactoryConfigurator bus) =>
        ((IRabbitMqBusFactoryConfigurator)bus).Publish<T>(topology => topology.ExchangeType = ExchangeType.Topic);

    public override void Subscribe<T>(IReceiveEndpointConfigurator endpoint, string routingKey) =>
        ((IRabbitMqReceiveEndpointConfigurator)endpoint).Bind<T>(binding =>
        {
            binding.ExchangeType = ExchangeType.Topic;
            binding.RoutingKey = routingKey;
        });

    public override void EnablePriority(IReceiveEndpointConfigurator endpoint) => ((IRabbitMqReceiveEndpointConfigurator)endpoint).EnablePriority(9);

    public override void SetPriority(SendContext context, byte priority) => RabbitMqSendContextExtensions.SetPriority(context, priority);

    public override void LimitLength(IReceiveEndpointConfigurator endpoint, int length, TimeSpan wait)
    {
        var queue = (IRabbitMqReceiveEndpointConfigurator)endpoint;
        queue.SetQueueArgument("x-max-length", length);
        queue.SetQueueArgument("x-overflow", "reject-publish");
    }

    public override void PurgeOnStart(IReceiveEndpointConfigurator endpoint) => ((IRabbitMqReceiveEndpointConfigurator)endpoint).PurgeOnStartup = true;
}
