using Bus.Contracts.Orders;
using Bus.Core.Faults;
using Bus.Services.Orders.Journal;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Fulfilment.Carrier;

/// <summary>
/// Answers <see cref="CreateShippingLabel"/> with <see cref="ShippingLabelCreated"/>, or <see cref="OrderStepRefused"/> where the carrier will not, or where the label was voided before. The carrier is asked with no
/// transaction open. One that has answered to a process that died is asked again, and has the same label.
/// </summary>
internal sealed class CreateShippingLabelConsumer(Aside aside, OrderDb db, OrderJournal journal, ICarrier carrier) : IConsumer<CreateShippingLabel>
{
    public async Task Consume(ConsumeContext<CreateShippingLabel> context)
    {
        var (id, address) = context.Message;
        FaultPoint.Reach(FaultPoints.BeforeWork);
        await aside.RequireAsync(id, context.CancellationToken);
        var row = await aside.FindAsync<ShippingLabelRow>(context.CancellationToken, id) ?? await CreateAsync(id, address, context.CancellationToken);
        // Voided while it was being made, which the commit of this consumer's last attempt has met: the carrier may have it, and must not.
        if (row.State == ShippingLabelState.Voided)
            await carrier.VoidLabelAsync(id, context.CancellationToken);
        FaultPoint.Reach(FaultPoints.AfterWork);
        object answer = row.State switch
        {
            ShippingLabelState.Created => new ShippingLabelCreated(id, row.Label!),
            ShippingLabelState.Refused => new OrderStepRefused(id, OrderSteps.Label, row.Reason!),
            _ => new OrderStepRefused(id, OrderSteps.Label, "The label was voided before it was made."),
        };
        await context.Publish(answer, answer.GetType(), context.CancellationToken);
    }

    private async Task<ShippingLabelRow> CreateAsync(Guid id, OrderAddress address, CancellationToken cancellationToken)
    {
        var row = new ShippingLabelRow { OrderId = id };
        try
        {
            row.Label = await carrier.CreateLabelAsync(id, address, cancellationToken);
            journal.Add(id, new OrderFact.LabelCreated(row.Label));
        }
        catch (CarrierRefusedException refused)
        {
            (row.State, row.Reason) = (ShippingLabelState.Refused, refused.Message);
        }

        db.Set<ShippingLabelRow>().Add(row);
        return row;
    }
}

/// <summary>The endpoint of <see cref="CreateShippingLabelConsumer"/>.</summary>
internal sealed class CreateShippingLabelConsumerDefinition(IOptions<FulfilmentOptions> options) : FulfilmentStepDefinition<CreateShippingLabelConsumer>(options);
