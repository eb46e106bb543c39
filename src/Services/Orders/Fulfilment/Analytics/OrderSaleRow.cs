namespace Bus.Services.Orders.Fulfilment.Analytics;

/// <summary>
/// What one order adds to the statistics of a day and product. Written by whoever counts the order: each has rows of its own, so that nobody waits for anybody else, however many sell the same product; later it is added
/// to <see cref="OrderStatisticRow"/> and removed.
/// </summary>
internal sealed class OrderSaleRow
{
    /// <summary>The order.</summary>
    public Guid OrderId { get; set; }

    /// <summary>The product.</summary>
    public string Sku { get; set; } = "";

    /// <summary>The day, in UTC, on which it was ordered.</summary>
    public DateOnly Day { get; set; }

    /// <summary>ISO 4217.</summary>
    public string Currency { get; set; } = "";

    /// <summary>How many of it.</summary>
    public long Quantity { get; set; }

    /// <summary>For how much, in the smallest unit of <see cref="Currency"/>.</summary>
    public long Amount { get; set; }
}
