using System.Collections.Concurrent;
using Bus.Testing;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_an_event_has_subscribers
{
    [Fact]
    public async Task Should_reach_each_in_its_own_queue_whatever_becomes_of_the_others()
    {
        var errors = new ErrorQueue("accounting");
        await using var bus = await TestBus.StartAsync(b =>
        {
            b.Registration.AddConsumers(typeof(AccountingConsumer), typeof(ShippingConsumer));
            errors.Add(b);
        });
        var sold = new Sold(Guid.NewGuid());

        await bus.Publish(sold);
        await bus.SettleAsync();
        await errors.NextAsync();

        Assert.Equal(["accounting", "accounting", "accounting", "accounting", "accounting", "shipping"], Seen.Queues(sold.Id).Order());
        Assert.Equal(sold, Assert.Single(bus.Consumed<Sold>()));
        Assert.Equal(sold, Assert.Single(bus.Faulted<Sold>()).Message);
    }

    [Fact]
    public async Task Should_reach_one_that_came_later_from_a_publisher_that_knows_of_none()
    {
        await using var bus = await TestBus.StartAsync(b => b.Registration.AddConsumer<ShippingConsumer>());
        var (before, after) = (new Sold(Guid.NewGuid()), new Sold(Guid.NewGuid()));

        await bus.Publish(before);
        await bus.SettleAsync();
        var late = bus.Bus.ConnectReceiveEndpoint("late", endpoint => endpoint.Handler<Sold>(context => Seen.Add(context)));
        await late.Ready;
        await bus.Publish(after);
        await bus.SettleAsync();

        Assert.Equal(["shipping"], Seen.Queues(before.Id));
        Assert.Equal(["late", "shipping"], Seen.Queues(after.Id).Order());
    }

    public sealed record Sold(Guid Id);

    private static class Seen
    {
        private static readonly ConcurrentQueue<(Guid Id, string Queue)> All = new();

        public static IEnumerable<string> Queues(Guid id) => All.Where(seen => seen.Id == id).Select(seen => seen.Queue);

        public static Task Add(ConsumeContext<Sold> context)
        {
            All.Enqueue((context.Message.Id, context.ReceiveContext.InputAddress.AbsolutePath.Trim('/')));
            return Task.CompletedTask;
        }
    }

    private sealed class AccountingConsumer : IConsumer<Sold>
    {
        public async Task Consume(ConsumeContext<Sold> context)
        {
            await Seen.Add(context);
            throw new TimeoutException("the books are closed");
        }
    }

    private sealed class ShippingConsumer : IConsumer<Sold>
    {
        public Task Consume(ConsumeContext<Sold> context) => Seen.Add(context);
    }
}
