namespace Bus.Services.Orders.Stock;

/// <summary>Something that is sold, and how much of it is on the shelf.</summary>
internal sealed class ProductRow
{
    /// <summary>Its key, in upper case.</summary>
    public string Sku { get; set; } = "";

    /// <summary>How it is called.</summary>
    public string Name { get; set; } = "";

    /// <summary>What one costs, in the smallest unit of <see cref="Currency"/>.</summary>
    public long UnitPrice { get; set; }

    /// <summary>ISO 4217.</summary>
    public string Currency { get; set; } = "";

    /// <summary>How many can still be ordered. Never below 0.</summary>
    public long Available { get; set; }
}
