using Bus.Contracts.Orders;
using Bus.Services.Orders.Journal;
using MassTransit;

namespace Bus.Services.Orders.Stock;

/// <summary>Answers <see cref="CommitStock"/> with <see cref="StockCommitted"/>; refuses where the stock went back already, which a command that comes again much later may find.</summary>
internal sealed class CommitStockConsumer(OrderJournal journal, StockRoom stock) : IConsumer<CommitStock>
{
    public async Task Consume(ConsumeContext<CommitStock> context)
    {
        var id = context.Message.OrderId;
        var order = await journal.RequireAsync(id, context.CancellationToken);
        if (order.Has<OrderFact.StockReleased>())
        {
            await context.Publish(new OrderStepRefused(id, OrderSteps.Stock, "What was reserved for the order is on the shelf again."), context.CancellationToken);
            return;
        }

        if (!order.Has<OrderFact.StockCommitted>())
        {
            await stock.SellAsync(id, context.CancellationToken);
            journal.Add(id, new OrderFact.StockCommitted());
        }

        await context.Publish(new StockCommitted(id), context.CancellationToken);
    }
}
