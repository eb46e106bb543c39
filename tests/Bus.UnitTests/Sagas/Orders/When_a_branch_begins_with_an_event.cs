using Bus.Contracts.Orders;
using Bus.Services.Orders.Fulfilment.Analytics;
using Bus.Services.Orders.Fulfilment.Warehouse;
using Bus.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Sagas.Orders;

/// <summary>The saga tells by the queue whose fault it is: the services must read from the queues that it knows.</summary>
public sealed class When_a_branch_begins_with_an_event
{
    [Theory]
    [InlineData("")]
    [InlineData("acme")]
    public async Task Should_be_heard_on_the_queue_that_the_saga_knows(string prefix)
    {
        await using var bus = await TestBus.StartAsync(_ => { }, new Dictionary<string, string?>(StringComparer.Ordinal) { ["Bus:EndpointPrefix"] = prefix });
        var names = bus.Services.GetRequiredService<IEndpointNameFormatter>();

        Assert.EndsWith(OrderQueues.Warehouse, names.Consumer<InformWarehouseConsumer>(), StringComparison.Ordinal);
        Assert.EndsWith(OrderQueues.Analytics, names.Consumer<AnalyseOrderConsumer>(), StringComparison.Ordinal);
    }
}
