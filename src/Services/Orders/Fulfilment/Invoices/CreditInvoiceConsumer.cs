using Bus.Contracts.Orders;
using Bus.Core.Faults;
using Bus.Services.Orders.Journal;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Fulfilment.Invoices;

/// <summary>
/// Answers <see cref="CreditInvoice"/> with <see cref="InvoiceCredited"/>. Where a number was given there is an invoice, though its consumer may not have come to its end: it gets a credit note. Where none was, none is
/// given any more.
/// </summary>
internal sealed class CreditInvoiceConsumer(Aside aside, InvoiceDesk desk, OrderJournal journal) : IConsumer<CreditInvoice>
{
    public async Task Consume(ConsumeContext<CreditInvoice> context)
    {
        var id = context.Message.OrderId;
        FaultPoint.Reach(FaultPoints.BeforeWork);
        var order = await aside.RequireAsync(id, context.CancellationToken);
        if (!order.Has<OrderFact.InvoiceCredited>())
            journal.Add(id, new OrderFact.InvoiceCredited(await CreditAsync(id, order, context.CancellationToken)));
        FaultPoint.Reach(FaultPoints.AfterWork);
        await context.Publish(new InvoiceCredited(id), context.CancellationToken);
    }

    private async Task<string?> CreditAsync(Guid id, OrderSnapshot order, CancellationToken cancellationToken)
    {
        var invoice = await desk.CloseAsync(id, cancellationToken);
        if (invoice.Number is null)
            return null;
        var note = await desk.GiveAsync(id, InvoiceKind.CreditNote, cancellationToken);
        await desk.WriteAsync(note, invoice.Number, order.Details, cancellationToken);
        return InvoiceKind.CreditNote.Number(note.Number!.Value);
    }
}

/// <summary>The endpoint of <see cref="CreditInvoiceConsumer"/>.</summary>
internal sealed class CreditInvoiceConsumerDefinition(IOptions<FulfilmentOptions> options) : FulfilmentStepDefinition<CreditInvoiceConsumer>(options);
