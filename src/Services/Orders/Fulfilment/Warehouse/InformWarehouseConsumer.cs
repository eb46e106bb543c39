using System.Text.Json;
using Bus.Contracts.Orders;
using Bus.Core.Faults;
using Bus.Services.Orders.Journal;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Fulfilment.Warehouse;

/// <summary>Takes in what <see cref="OrderAccepted"/> carries, and answers with <see cref="WarehouseInformed"/>; refuses what was recalled before it came.</summary>
internal sealed class InformWarehouseConsumer(OrderDb db, OrderJournal journal, TimeProvider clock) : IConsumer<OrderAccepted>
{
    public async Task Consume(ConsumeContext<OrderAccepted> context)
    {
        var (id, order) = context.Message;
        FaultPoint.Reach(FaultPoints.BeforeWork);
        await journal.RequireAsync(id, context.CancellationToken);
        var row = await db.Set<WarehouseOrderRow>().FindAsync([id], context.CancellationToken) ?? TakeIn(id, order);
        object answer = row.State == WarehouseOrderState.TakenIn
            ? new WarehouseInformed(id)
            : new OrderStepRefused(id, OrderSteps.Warehouse, "The order was recalled before the warehouse had it.");
        await context.Publish(answer, answer.GetType(), context.CancellationToken);
        FaultPoint.Reach(FaultPoints.AfterWork);
    }

    private WarehouseOrderRow TakeIn(Guid id, OrderDetails order)
    {
        journal.Add(id, new OrderFact.WarehouseInformed());
        return db.Set<WarehouseOrderRow>().Add(new WarehouseOrderRow
        {
            OrderId = id,
            Number = order.Number,
            Lines = JsonSerializer.Serialize(order.Lines.Select(line => new { line.Sku, line.Name, line.Quantity }), JsonSerializerOptions.Web),
            Address = JsonSerializer.Serialize(order.Address, JsonSerializerOptions.Web),
            State = WarehouseOrderState.TakenIn,
            At = clock.GetUtcNow(),
        }).Entity;
    }
}

/// <summary>The endpoint of <see cref="InformWarehouseConsumer"/>.</summary>
internal sealed class InformWarehouseConsumerDefinition(IOptions<FulfilmentOptions> options) : FulfilmentStepDefinition<InformWarehouseConsumer>(options);
