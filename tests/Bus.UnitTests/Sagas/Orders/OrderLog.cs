using System.Collections.Concurrent;
using Bus.Contracts.Notifications;
using Bus.Contracts.Orders;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.UnitTests.Sagas.Orders;

/// <summary>All that the saga has said, in order. Thread-safe.</summary>
internal sealed class OrderLog
{
    private const string Queue = "everybody-else";

    private readonly ConcurrentQueue<object> _heard = new();

    public IReadOnlyList<T> All<T>()
        where T : class => [.. _heard.OfType<T>()];

    /// <summary>What was said since this was last asked.</summary>
    public IReadOnlyList<object> TakeAll()
    {
        List<object> taken = [];
        while (_heard.TryDequeue(out var message))
        {
            taken.Add(message);
        }

        return taken;
    }

    /// <summary>Adds the saga with its table, and somebody who hears all that it says.</summary>
    public static void Configure(BusBuilder bus)
    {
        bus.UseDatabase<OrderSagaDb>();
        Bus.Sagas.Orders.OrderSagaRegistration.AddOrderSaga<OrderSagaDb>(bus.Registration);
        bus.Services.AddSingleton<OrderLog>();
        bus.Endpoint(Queue, endpoint => endpoint.Delivery = DeliveryMode.AtLeastOnce);
        Hear<SettlePayment>(bus);
        Hear<CommitStock>(bus);
        Hear<CreateShippingLabel>(bus);
        Hear<MakeInvoice>(bus);
        Hear<OrderAccepted>(bus);
        Hear<OrderPlaced>(bus);
        Hear<SendNotification>(bus);
        Hear<OrderCompleted>(bus);
        Hear<RecallFromWarehouse>(bus);
        Hear<VoidShippingLabel>(bus);
        Hear<CreditInvoice>(bus);
        Hear<RefundPayment>(bus);
        Hear<ReleaseStock>(bus);
        Hear<OrderUndone>(bus);
    }

    private static void Hear<T>(BusBuilder bus)
        where T : class => bus.Registration.AddConsumer<Listener<T>>().Endpoint(endpoint => endpoint.Name = Queue);

    private sealed class Listener<T>(OrderLog log) : IConsumer<T>
        where T : class
    {
        public Task Consume(ConsumeContext<T> context)
        {
            log._heard.Enqueue(context.Message);
            return Task.CompletedTask;
        }
    }
}
