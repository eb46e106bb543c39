namespace Bus.Services.Orders.Fulfilment.Analytics;

/// <summary>What was ordered of a product on a day, as far as it is added up.</summary>
internal sealed class OrderStatisticRow
{
    /// <summary>The day, in UTC.</summary>
    public DateOnly Day { get; set; }

    /// <summary>The product.</summary>
    public string Sku { get; set; } = "";

    /// <summary>ISO 4217.</summary>
    public string Currency { get; set; } = "";

    /// <summary>In how many orders.</summary>
    public long Orders { get; set; }

    /// <summary>How many of it.</summary>
    public long Quantity { get; set; }

    /// <summary>For how much, in the smallest unit of <see cref="Currency"/>.</summary>
    public long Amount { get; set; }
}
