using Bus.Contracts.Notifications;
using Bus.Contracts.Orders;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.ContractTests.Orders;

/// <summary>
/// Everybody but the saga, answering at once, each on a queue of its own. Of the orders whose number ends in 3 the label is refused; of those that end in 5 the warehouse fails, and of those that end in 7
/// somebody else who hears the same event.
/// </summary>
internal static class OrderBranches
{
    public static void Add(BusBuilder bus)
    {
        Answer<SettlePayment>(bus, x => new OrderCharged(x.OrderId, OrderSagaContract.Order(1)));
        Answer<CommitStock>(bus, x => new StockCommitted(x.OrderId));
        Answer<CreateShippingLabel>(bus, x => x.Address.Street.EndsWith('3') ? new OrderStepRefused(x.OrderId, OrderSteps.Label, "Not to this address.") : new ShippingLabelCreated(x.OrderId, "1Z999"));
        Answer<MakeInvoice>(bus, x => new InvoiceMade(x.OrderId, "2026-1"));
        Answer<OrderAccepted>(bus, x => x.Order.Number.EndsWith('5') ? throw new NotSupportedException("The warehouse is full.") : new WarehouseInformed(x.OrderId), OrderQueues.Warehouse);
        Answer<OrderPlaced>(bus, x => new OrderAnalysed(x.OrderId), OrderQueues.Analytics);
        Answer<SendNotification>(bus, x => new NotificationAccepted(x.NotificationId, x.Template, x.Subject, 1));
        Answer<RecallFromWarehouse>(bus, x => new WarehouseRecalled(x.OrderId));
        Answer<VoidShippingLabel>(bus, x => new ShippingLabelVoided(x.OrderId));
        Answer<CreditInvoice>(bus, x => new InvoiceCredited(x.OrderId));
        Answer<RefundPayment>(bus, x => new PaymentRefunded(x.OrderId));
        Answer<ReleaseStock>(bus, x => new StockReleased(x.OrderId));
        bus.Registration.AddConsumer<Ledger>();
    }

    private static void Answer<T>(BusBuilder bus, Func<T, object> answer, string? queue = null)
        where T : class
    {
        bus.Services.AddSingleton(answer);
        bus.Registration.AddConsumer<Branch<T>>().Endpoint(endpoint => endpoint.Name = queue ?? $"branch-{typeof(T).Name}");
    }

    private sealed class Branch<T>(Func<T, object> answer) : IConsumer<T>
        where T : class
    {
        public Task Consume(ConsumeContext<T> context)
        {
            var said = answer(context.Message);
            return context.Publish(said, said.GetType(), context.CancellationToken);
        }
    }

    private sealed class Ledger : IConsumer<OrderAccepted>
    {
        public Task Consume(ConsumeContext<OrderAccepted> context) =>
            context.Message.Order.Number.EndsWith('7') ? throw new NotSupportedException("The ledger is closed.") : Task.CompletedTask;
    }
}
