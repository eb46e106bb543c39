using Bus.Contracts.Orders;
using Bus.Services.Orders.Journal;
using MassTransit;

namespace Bus.Services.Orders.Payments;

/// <summary>Answers <see cref="RefundPayment"/> with <see cref="PaymentRefunded"/>. Asks the gateway whether it was charged or not: from then on a charge that is late cannot be made any more. A gateway that says nothing is an error, and tried again as errors are.</summary>
internal sealed class RefundPaymentConsumer(Aside aside, OrderJournal journal, IPaymentGateway gateway) : IConsumer<RefundPayment>
{
    public async Task Consume(ConsumeContext<RefundPayment> context)
    {
        var id = context.Message.OrderId;
        if (!(await aside.RequireAsync(id, context.CancellationToken)).Has<OrderFact.Refunded>())
        {
            await gateway.TryRefundAsync(id, context.CancellationToken);
            journal.Add(id, new OrderFact.Refunded());
        }

        await context.Publish(new PaymentRefunded(id), context.CancellationToken);
    }
}
