using Bus.Contracts.Orders;
using Bus.Services.Orders.Journal;
using MassTransit;

namespace Bus.Services.Orders.Stock;

/// <summary>Answers <see cref="ReleaseStock"/> with <see cref="StockReleased"/>.</summary>
internal sealed class ReleaseStockConsumer(OrderJournal journal, StockRoom stock) : IConsumer<ReleaseStock>
{
    public async Task Consume(ConsumeContext<ReleaseStock> context)
    {
        var id = context.Message.OrderId;
        var order = await journal.RequireAsync(id, context.CancellationToken);
        if (!order.Has<OrderFact.StockReleased>())
        {
            await stock.ReleaseAsync(id, context.CancellationToken);
            journal.Add(id, new OrderFact.StockReleased());
        }

        await context.Publish(new StockReleased(id), context.CancellationToken);
    }
}

/// <summary>The endpoint of <see cref="ReleaseStockConsumer"/>: one at a time, since many that are undone at once are often of the same product, and where its row cannot be locked all but one would run in vain.</summary>
internal sealed class ReleaseStockConsumerDefinition : ConsumerDefinition<ReleaseStockConsumer>
{
    public ReleaseStockConsumerDefinition() => ConcurrentMessageLimit = 1;
}
