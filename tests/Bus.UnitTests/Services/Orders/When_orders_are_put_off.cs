using Bus.Host.Startup;
using Bus.Services.Orders;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.Services.Orders;

public class When_orders_are_put_off
{
    [Fact]
    public void Should_know_the_queue_of_every_consumer() => Assert.Equal(
        typeof(OrderOptions).Assembly.GetTypes().Where(type => type.Namespace?.StartsWith("Bus.Services.Orders", StringComparison.Ordinal) == true && type.IsAssignableTo(typeof(IConsumer)) && !type.IsAbstract)
            .Select(type => type.Name.Replace("Consumer", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        OrderQueueSettings.Steps.Order(StringComparer.Ordinal));
}
