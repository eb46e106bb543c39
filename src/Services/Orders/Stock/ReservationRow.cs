namespace Bus.Services.Orders.Stock;

/// <summary>What an order has taken of a product.</summary>
internal sealed class ReservationRow
{
    /// <summary>The order.</summary>
    public Guid OrderId { get; set; }

    /// <summary>The product.</summary>
    public string Sku { get; set; } = "";

    /// <summary>How many.</summary>
    public int Quantity { get; set; }

    /// <summary>Where they are.</summary>
    public ReservationState State { get; set; }
}

/// <summary>Where it is what an order has taken.</summary>
internal enum ReservationState
{
    /// <summary>Off the shelf, not paid for.</summary>
    Reserved = 0,

    /// <summary>Sold.</summary>
    Sold = 1,

    /// <summary>On the shelf again.</summary>
    Released = 2,
}
