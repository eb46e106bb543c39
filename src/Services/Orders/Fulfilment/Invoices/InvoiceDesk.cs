using Bus.Contracts.Orders;
using Bus.Services.Orders.Journal;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Fulfilment.Invoices;

/// <summary>Makes the documents of numbers, and finds them again.</summary>
internal sealed class InvoiceDesk(Aside aside, InvoiceFolder folder, IOptions<FulfilmentOptions> options)
{
    /// <summary>The order's row of a kind, with a number: one that it had, or the next.</summary>
    public Task<InvoiceRow> GiveAsync(Guid orderId, InvoiceKind kind, CancellationToken cancellationToken) =>
        aside.RunAsync<InvoiceNumbers, InvoiceRow>(numbers => numbers.GiveAsync(orderId, kind, cancellationToken));

    /// <summary>The order's invoice; from here on none is made that was not.</summary>
    public Task<InvoiceRow> CloseAsync(Guid orderId, CancellationToken cancellationToken) =>
        aside.RunAsync<InvoiceNumbers, InvoiceRow>(numbers => numbers.CloseAsync(orderId, cancellationToken));

    /// <summary>Writes the document of a number into the folder, unless it is there.</summary>
    /// <param name="row">The number.</param>
    /// <param name="invoice">The number of the invoice that a credit note stands against; null for an invoice.</param>
    /// <param name="order">What was ordered.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<byte[]> WriteAsync(InvoiceRow row, long? invoice, OrderDetails order, CancellationToken cancellationToken)
    {
        if (await folder.ReadAsync(row.OrderId, row.Kind, cancellationToken) is { } written)
            return written;
        var against = invoice is { } number ? InvoiceKind.Invoice.Number(number) : null;
        var document = new InvoiceDocument(row.Kind, row.Kind.Number(row.Number!.Value), DateOnly.FromDateTime(row.At.UtcDateTime), against, options.Value.Seller, order).Render();
        return await folder.AddAsync(row.OrderId, row.Kind, document, cancellationToken);
    }

    /// <summary>The document; null if the order has none. One whose file is gone is written again, from its row and its order, with the seller as the settings say now.</summary>
    public async Task<(string Number, byte[] Content)?> FindAsync(Guid orderId, InvoiceKind kind, CancellationToken cancellationToken)
    {
        if (await aside.FindAsync<InvoiceRow>(cancellationToken, orderId, kind) is not { Number: { } number } row)
            return null;
        if (await folder.ReadAsync(orderId, kind, cancellationToken) is not { } content)
        {
            var order = await aside.RequireAsync(orderId, cancellationToken);
            var invoice = kind == InvoiceKind.CreditNote ? await aside.FindAsync<InvoiceRow>(cancellationToken, orderId, InvoiceKind.Invoice) : null;
            content = await WriteAsync(row, invoice?.Number, order.Details, cancellationToken);
        }

        return (kind.Number(number), content);
    }
}
