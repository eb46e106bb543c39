namespace Bus.Services.Orders.Fulfilment.Invoices;

/// <summary>A numbered document of an order. The row is the number: it is written before the document, and whoever comes again finds it.</summary>
internal sealed class InvoiceRow
{
    /// <summary>The order.</summary>
    public Guid OrderId { get; set; }

    /// <summary>What it is: an order has at most one of each.</summary>
    public InvoiceKind Kind { get; set; }

    /// <summary>Its place in the series of its kind, from 1 on, without a gap; null for an invoice that is never to be made, since the order was undone before.</summary>
    public long? Number { get; set; }

    /// <summary>When the number was given, which is the date of the document.</summary>
    public DateTimeOffset At { get; set; }
}

/// <summary>The last number of a kind.</summary>
internal sealed class InvoiceSeriesRow
{
    /// <summary>Of which kind.</summary>
    public InvoiceKind Kind { get; set; }

    /// <summary>The number that was given last.</summary>
    public long Last { get; set; }
}
