using Bus.Contracts.Orders;
using Bus.Core.Faults;
using Bus.Services.Orders.Journal;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Fulfilment.Carrier;

/// <summary>
/// Answers <see cref="VoidShippingLabel"/> with <see cref="ShippingLabelVoided"/>. The carrier is asked whether a label is known here or not: it may have made one and told nobody. The row that is left keeps out a label
/// that is being made or that comes later.
/// </summary>
internal sealed class VoidShippingLabelConsumer(Aside aside, OrderDb db, OrderJournal journal, ICarrier carrier) : IConsumer<VoidShippingLabel>
{
    public async Task Consume(ConsumeContext<VoidShippingLabel> context)
    {
        var id = context.Message.OrderId;
        FaultPoint.Reach(FaultPoints.BeforeWork);
        await aside.RequireAsync(id, context.CancellationToken);
        if (await aside.FindAsync<ShippingLabelRow>(context.CancellationToken, id) is not { State: ShippingLabelState.Voided })
        {
            await carrier.VoidLabelAsync(id, context.CancellationToken);
            var row = await db.Set<ShippingLabelRow>().FindAsync([id], context.CancellationToken) ?? db.Set<ShippingLabelRow>().Add(new ShippingLabelRow { OrderId = id }).Entity;
            row.State = ShippingLabelState.Voided;
            journal.Add(id, new OrderFact.LabelVoided());
        }

        FaultPoint.Reach(FaultPoints.AfterWork);
        await context.Publish(new ShippingLabelVoided(id), context.CancellationToken);
    }
}

/// <summary>The endpoint of <see cref="VoidShippingLabelConsumer"/>.</summary>
internal sealed class VoidShippingLabelConsumerDefinition(IOptions<FulfilmentOptions> options) : FulfilmentStepDefinition<VoidShippingLabelConsumer>(options);
