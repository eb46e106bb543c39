namespace Bus.Services.Orders.Fulfilment.Carrier;

/// <summary>What became of an order's label. Whoever writes the row first has decided: a label that is voided before it is made is never made.</summary>
internal sealed class ShippingLabelRow
{
    /// <summary>Longest label, in characters.</summary>
    public const int LongestLabel = 100;

    /// <summary>The order.</summary>
    public Guid OrderId { get; set; }

    /// <summary>The carrier's label; null if none was made.</summary>
    public string? Label { get; set; }

    /// <summary>Why the carrier refused; null if it did not.</summary>
    public string? Reason { get; set; }

    /// <summary>Where it is.</summary>
    public ShippingLabelState State { get; set; }
}

/// <summary>Where a label is.</summary>
internal enum ShippingLabelState
{
    /// <summary>Made, and good.</summary>
    Created = 0,

    /// <summary>The carrier has refused to make it.</summary>
    Refused = 1,

    /// <summary>It is worth nothing any more, or was never made and never will be.</summary>
    Voided = 2,
}
