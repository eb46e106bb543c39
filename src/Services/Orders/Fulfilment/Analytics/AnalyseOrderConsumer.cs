using Bus.Contracts.Orders;
using Bus.Core.Faults;
using Bus.Services.Orders.Journal;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Fulfilment.Analytics;

/// <summary>
/// Hears of an order by <see cref="OrderPlaced"/>, which says only which; asks the journal for the rest, counts it once, and answers with <see cref="OrderAnalysed"/>. That it was counted is a fact of the order, which
/// commits with what is counted: two that count the same order cannot both.
/// </summary>
internal sealed class AnalyseOrderConsumer(OrderDb db, OrderJournal journal) : IConsumer<OrderPlaced>
{
    public async Task Consume(ConsumeContext<OrderPlaced> context)
    {
        var id = context.Message.OrderId;
        FaultPoint.Reach(FaultPoints.BeforeWork);
        var order = await journal.RequireAsync(id, context.CancellationToken);
        if (!order.Has<OrderFact.Analysed>())
        {
            db.Set<OrderSaleRow>().AddRange(SalesOf(id, order));
            journal.Add(id, new OrderFact.Analysed());
        }

        await context.Publish(new OrderAnalysed(id), context.CancellationToken);
        FaultPoint.Reach(FaultPoints.AfterWork);
    }

    // A product may be on more than one line.
    private static IEnumerable<OrderSaleRow> SalesOf(Guid id, OrderSnapshot order) => order.Details.Lines.GroupBy(line => line.Sku, StringComparer.Ordinal).Select(lines => new OrderSaleRow
    {
        OrderId = id,
        Sku = lines.Key,
        Day = DateOnly.FromDateTime(order.CreatedAt.UtcDateTime),
        Currency = order.Details.Currency,
        Quantity = lines.Sum(line => (long)line.Quantity),
        Amount = lines.Sum(line => checked(line.Quantity * line.UnitPrice)),
    });
}

/// <summary>The endpoint of <see cref="AnalyseOrderConsumer"/>.</summary>
internal sealed class AnalyseOrderConsumerDefinition(IOptions<FulfilmentOptions> options) : FulfilmentStepDefinition<AnalyseOrderConsumer>(options);
