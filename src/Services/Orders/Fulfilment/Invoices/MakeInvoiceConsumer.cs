using Bus.Contracts.Orders;
using Bus.Core.Faults;
using Bus.Services.Orders.Journal;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Fulfilment.Invoices;

/// <summary>
/// Answers <see cref="MakeInvoice"/> with <see cref="InvoiceMade"/>; refuses where the order was credited before it had an invoice. The number comes first and stays, whatever becomes of the rest: a second run finds the
/// file, or writes it under the same number.
/// </summary>
internal sealed class MakeInvoiceConsumer(Aside aside, InvoiceDesk desk, OrderJournal journal) : IConsumer<MakeInvoice>
{
    public async Task Consume(ConsumeContext<MakeInvoice> context)
    {
        var id = context.Message.OrderId;
        FaultPoint.Reach(FaultPoints.BeforeWork);
        var order = await aside.RequireAsync(id, context.CancellationToken);
        var number = order.InvoiceNumber ?? await MakeAsync(id, order, context.CancellationToken);
        FaultPoint.Reach(FaultPoints.AfterWork);
        object answer = number is null ? new OrderStepRefused(id, OrderSteps.Invoice, "The order was undone before it had an invoice.") : new InvoiceMade(id, number);
        await context.Publish(answer, answer.GetType(), context.CancellationToken);
    }

    private async Task<string?> MakeAsync(Guid id, OrderSnapshot order, CancellationToken cancellationToken)
    {
        var row = await desk.GiveAsync(id, InvoiceKind.Invoice, cancellationToken);
        if (row.Number is not { } given)
            return null;
        await desk.WriteAsync(row, null, order.Details, cancellationToken);
        var number = InvoiceKind.Invoice.Number(given);
        journal.Add(id, new OrderFact.InvoiceMade(number));
        return number;
    }
}

/// <summary>The endpoint of <see cref="MakeInvoiceConsumer"/>.</summary>
internal sealed class MakeInvoiceConsumerDefinition(IOptions<FulfilmentOptions> options) : FulfilmentStepDefinition<MakeInvoiceConsumer>(options);
