using Bus.Contracts.Orders;
using Bus.Core.Faults;
using Bus.Services.Orders.Journal;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Fulfilment.Warehouse;

/// <summary>Answers <see cref="RecallFromWarehouse"/> with <see cref="WarehouseRecalled"/>. The row that is left keeps out an order that comes later.</summary>
internal sealed class RecallFromWarehouseConsumer(OrderDb db, OrderJournal journal, TimeProvider clock) : IConsumer<RecallFromWarehouse>
{
    public async Task Consume(ConsumeContext<RecallFromWarehouse> context)
    {
        var id = context.Message.OrderId;
        FaultPoint.Reach(FaultPoints.BeforeWork);
        await journal.RequireAsync(id, context.CancellationToken);
        var row = await db.Set<WarehouseOrderRow>().FindAsync([id], context.CancellationToken);
        if (row is not { State: WarehouseOrderState.Recalled })
        {
            row ??= db.Set<WarehouseOrderRow>().Add(new WarehouseOrderRow { OrderId = id, At = clock.GetUtcNow() }).Entity;
            // Where it would have gone is nobody's business any more.
            (row.State, row.Lines, row.Address) = (WarehouseOrderState.Recalled, null, null);
            journal.Add(id, new OrderFact.WarehouseRecalled());
        }

        await context.Publish(new WarehouseRecalled(id), context.CancellationToken);
        FaultPoint.Reach(FaultPoints.AfterWork);
    }
}

/// <summary>The endpoint of <see cref="RecallFromWarehouseConsumer"/>.</summary>
internal sealed class RecallFromWarehouseConsumerDefinition(IOptions<FulfilmentOptions> options) : FulfilmentStepDefinition<RecallFromWarehouseConsumer>(options);
