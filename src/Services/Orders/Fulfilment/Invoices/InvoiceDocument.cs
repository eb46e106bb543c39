using System.Globalization;
using Bus.Contracts.Orders;

namespace Bus.Services.Orders.Fulfilment.Invoices;

/// <summary>What an invoice or a credit note says.</summary>
/// <param name="Kind">Which of the two it is.</param>
/// <param name="Number">Its number, as people know it.</param>
/// <param name="Date">Its date.</param>
/// <param name="Against">The number of the invoice that a credit note stands against; null of an invoice.</param>
/// <param name="Seller">Who sells.</param>
/// <param name="Order">What was ordered, and by whom.</param>
internal sealed record InvoiceDocument(InvoiceKind Kind, string Number, DateOnly Date, string? Against, SellerOptions Seller, OrderDetails Order)
{
    private const double Left = 50;
    private const double Right = PdfPages.Width - Left;
    private const double Foot = PdfPages.Height - 60;
    private const double Size = 9;
    private const double Step = 13;
    private const double Name = 150;
    private const double Quantity = 370;
    private const double Price = 455;

    // What the totals need below the last line.
    private const double TotalsHeight = 3 * Step;

    /// <summary>The document as a PDF.</summary>
    public byte[] Render()
    {
        using var pages = new PdfPages($"{Kind.Title()} {Number}");
        pages.AddPage();
        var y = WriteColumns(pages, WriteParties(pages, WriteHead(pages)));
        foreach (var line in Order.Lines)
        {
            y = Next(pages, y, Step);
            WriteLine(pages, y, line);
        }

        WriteTotals(pages, Next(pages, y, TotalsHeight) - TotalsHeight);
        for (var page = 0; page < pages.Count; page++)
            WriteFoot(pages, page);
        return pages.Build();
    }

    // A credit note takes back: its amounts are below zero.
    private long Sign => Kind == InvoiceKind.CreditNote ? -1 : 1;

    private double WriteHead(PdfPages pages)
    {
        pages.Text(0, Left, 60, 14, Seller.Name, bold: true);
        var below = Lines(pages, Left, 76, [Seller.Street, $"{Seller.PostalCode} {Seller.City}".Trim(), Seller.Country, Seller.TaxId]);
        pages.Text(0, Price - 60, 60, 14, Kind.Title(), bold: true);
        var right = Lines(pages, Price - 60, 76, [$"Number {Number}", $"Date {Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}", $"Order {Order.Number}", Against is null ? null : $"For invoice {Against}"]);
        return Math.Max(below, right) + Step;
    }

    private double WriteParties(PdfPages pages, double y)
    {
        pages.Text(0, Left, y, Size, "Customer", bold: true);
        pages.Text(0, Price - 60, y, Size, "Ships to", bold: true);
        var (customer, address) = (Order.Customer, Order.Address);
        var left = Lines(pages, Left, y + Step, [customer.Name, customer.Email]);
        var right = Lines(pages, Price - 60, y + Step, [address.Name, address.Street, $"{address.PostalCode} {address.City}".Trim(), address.Country]);
        return Math.Max(left, right) + Step;
    }

    // One below the other; returns where the next would be.
    private static double Lines(PdfPages pages, double x, double y, IEnumerable<string?> lines)
    {
        foreach (var line in lines.Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            pages.TextWithin(0, x, y, Size, line!, x < Quantity ? 320 : Right - x);
            y += Step;
        }

        return y;
    }

    private static double WriteColumns(PdfPages pages, double y)
    {
        var page = pages.Count - 1;
        pages.Text(page, Left, y, Size, "SKU", bold: true);
        pages.Text(page, Name, y, Size, "Description", bold: true);
        pages.TextRight(page, Quantity + 20, y, Size, "Quantity");
        pages.TextRight(page, Price + 20, y, Size, "Unit price");
        pages.TextRight(page, Right, y, Size, "Amount");
        pages.Rule(page, Left, Right, y + 4);
        return y + 4;
    }

    // Where the next line of a height goes: on a new page if this one has no room.
    private double Next(PdfPages pages, double y, double height)
    {
        if (y + height <= Foot)
            return y + height;
        pages.AddPage();
        pages.Text(pages.Count - 1, Left, 60, Size, $"{Kind.Title()} {Number}, continued", bold: true);
        return WriteColumns(pages, 60 + (2 * Step)) + height;
    }

    private void WriteLine(PdfPages pages, double y, OrderLine line)
    {
        var page = pages.Count - 1;
        pages.TextWithin(page, Left, y, Size, line.Sku, Name - Left - 6);
        pages.TextWithin(page, Name, y, Size, line.Name, Quantity - Name - 30);
        pages.TextRight(page, Quantity + 20, y, Size, line.Quantity.ToString(CultureInfo.InvariantCulture));
        pages.TextRight(page, Price + 20, y, Size, CurrencyText.Of(line.UnitPrice, Order.Currency));
        pages.TextRight(page, Right, y, Size, CurrencyText.Of(checked(Sign * line.Quantity * line.UnitPrice), Order.Currency));
    }

    private void WriteTotals(PdfPages pages, double y)
    {
        var page = pages.Count - 1;
        pages.Rule(page, Left, Right, y + 6);
        pages.Text(page, Name, y + (2 * Step), Size + 1, $"Total {Order.Currency}", bold: true);
        pages.TextRight(page, Right, y + (2 * Step), Size + 1, CurrencyText.Of(checked(Sign * Order.Total), Order.Currency));
    }

    private void WriteFoot(PdfPages pages, int page)
    {
        pages.TextWithin(page, Left, Foot + 30, Size - 1, $"{Seller.Name} · {Kind.Title()} {Number}", 380);
        pages.TextRight(page, Right, Foot + 30, Size - 1, $"Page {page + 1} of {pages.Count}");
    }
}
