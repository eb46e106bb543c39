using Bus.Contracts.Notifications;
using Bus.Contracts.Orders;
using Bus.Sagas.Orders;
using Bus.Testing;
using CsCheck;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Sagas.Orders;

/// <summary>Many orders at once, each of whose messages come in any order, some twice, some after the deadline.</summary>
public sealed class When_orders_live_at_random
{
    private static readonly int Samples = Environment.GetEnvironmentVariable("BUS_LONG_TESTS") == "1" ? 60 : 4;
    private static readonly string[] Ends = [nameof(OrderSaga.Completed), nameof(OrderSaga.Shipped), nameof(OrderSaga.Undone), nameof(OrderSaga.Refused)];

    [Fact]
    public async Task Should_end_each_and_give_the_money_back_if_and_only_if_it_does_not_end_well()
    {
        await using var bus = await TestBus.StartAsync(OrderLog.Configure);

        await OrderLife.Any.Array[40].SampleAsync(lives => CheckAsync(bus, [.. lives.Select(x => new OrderWorld(x))]), iter: Samples, threads: 1);
    }

    private static async Task<bool> CheckAsync(TestBus bus, IReadOnlyList<OrderWorld> worlds)
    {
        var byId = worlds.ToDictionary(x => x.Id);
        var heard = bus.Services.GetRequiredService<OrderLog>();
        await SpeakAsync(bus, heard, byId);
        foreach (var wait in new[] { new OrderPlan().SettleAfter, new OrderPlan().SettleAfter, new OrderPlan().FulfilWithin })
        {
            await bus.AdvanceAsync(wait);
            await SpeakAsync(bus, heard, byId);
        }

        foreach (var world in worlds)
        {
            world.SpeakAtLast();
        }

        await SpeakAsync(bus, heard, byId);
        Assert.Empty(bus.Faulted<object>().Select(x => x.Exception.ToString()));
        foreach (var world in worlds)
        {
            Check(world, (await bus.Saga<OrderState>(world.Id))!);
        }

        return true;
    }

    // Until nobody has anything to say.
    private static async Task SpeakAsync(TestBus bus, OrderLog heard, Dictionary<Guid, OrderWorld> worlds)
    {
        do
        {
            foreach (var world in worlds.Values)
            {
                if (world.Next() is { } message)
                {
                    await bus.Bus.Publish(message, Type(message), x => x.SourceAddress = Source(message) ?? x.SourceAddress);
                }
            }

            await bus.SettleAsync();
            foreach (var message in heard.TakeAll())
            {
                if (worlds.TryGetValue(OrderOf(message), out var world))
                {
                    world.Hear(message);
                }
            }
        }
        while (worlds.Values.Any(x => !x.IsQuiet));
    }

    private static void Check(OrderWorld world, OrderState order)
    {
        var end = order.CurrentState;
        Assert.Contains(end, Ends);
        var undoing = world.Heard.Select(x => x.GetType()).Where(OrderSagaRun.UndoingInOrder.Contains).ToList();
        Assert.True(
            undoing.SequenceEqual([]) || undoing.SequenceEqual(OrderSagaRun.UndoingInOrder) || undoing.SequenceEqual([typeof(RefundPayment), typeof(ReleaseStock)]),
            $"Undone in this order: {string.Join(", ", undoing.Select(x => x.Name))}.");
        Assert.Equal(world.WasCharged && end == nameof(OrderSaga.Undone), undoing.Contains(typeof(RefundPayment)));
        Assert.Equal(end == nameof(OrderSaga.Refused), !world.WasCharged);
        Assert.Equal(end == nameof(OrderSaga.Undone) ? 1 : 0, world.Heard.OfType<OrderUndone>().Count());
        Assert.InRange(world.Heard.OfType<OrderCompleted>().Count(), end is nameof(OrderSaga.Completed) or nameof(OrderSaga.Shipped) ? 1 : 0, 1);
        Assert.Equal(world.Outcome == "shipped", end == nameof(OrderSaga.Shipped));
        Assert.True(world.Outcome != "cancelled" || end is nameof(OrderSaga.Undone) or nameof(OrderSaga.Refused), $"It was cancelled, and is {end}.");
        Assert.InRange(world.Heard.OfType<CommitStock>().Count(), 0, 1);
        Assert.Null(order.Stuck);
        Assert.True(order.ChargeTimer is null && order.FulfilmentTimer is null, "It has left a timer.");
    }

    private static Type Type(object message) => message.GetType().GetInterfaces().FirstOrDefault(x => x.IsGenericType && x.GetGenericTypeDefinition() == typeof(Fault<>)) ?? message.GetType();

    private static Uri? Source(object message) => message switch
    {
        Fault<OrderAccepted> => new Uri($"loopback://localhost/{OrderQueues.Warehouse}"),
        Fault<OrderPlaced> => new Uri($"loopback://localhost/{OrderQueues.Analytics}"),
        _ => null,
    };

    private static Guid OrderOf(object message) => message is SendNotification notice ? notice.Subject!.Value : (Guid)message.GetType().GetProperty("OrderId")!.GetValue(message)!;
}
