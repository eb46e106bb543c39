namespace Bus.Services.Orders.Fulfilment.Warehouse;

/// <summary>An order as the warehouse has been told of it: all that it needs to pick and pack, so that it never asks back.</summary>
internal sealed class WarehouseOrderRow
{
    /// <summary>The order.</summary>
    public Guid OrderId { get; set; }

    /// <summary>The number on the pick list; null if it was recalled before it came.</summary>
    public string? Number { get; set; }

    /// <summary>What to pick, as JSON: SKU, name and quantity of each line; null if it was recalled.</summary>
    public string? Lines { get; set; }

    /// <summary>Where it goes, as JSON; null if it was recalled.</summary>
    public string? Address { get; set; }

    /// <summary>Where it is.</summary>
    public WarehouseOrderState State { get; set; }

    /// <summary>When it was taken in, or recalled before it came.</summary>
    public DateTimeOffset At { get; set; }
}

/// <summary>Where an order of the warehouse is.</summary>
internal enum WarehouseOrderState
{
    /// <summary>To be picked.</summary>
    TakenIn = 0,

    /// <summary>Not to be picked. One that comes after its recall is not taken in.</summary>
    Recalled = 1,
}
