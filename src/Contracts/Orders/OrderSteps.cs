namespace Bus.Contracts.Orders;

/// <summary>The branches of an accepted order, as messages and the API name them.</summary>
public static class OrderSteps
{
    /// <summary>What was reserved is sold. An order cannot do without.</summary>
    public const string Stock = "stock";

    /// <summary>The carrier's label. An order cannot do without.</summary>
    public const string Label = "label";

    /// <summary>The invoice. An order cannot do without.</summary>
    public const string Invoice = "invoice";

    /// <summary>The warehouse has the order. An order cannot do without.</summary>
    public const string Warehouse = "warehouse";

    /// <summary>The customer is told. An order can do without.</summary>
    public const string Confirmation = "confirmation";

    /// <summary>The order is counted. An order can do without.</summary>
    public const string Analytics = "analytics";

    /// <summary>Those that an order cannot do without: if one fails for good, the others are undone.</summary>
    public static IReadOnlyList<string> Required { get; } = [Stock, Label, Invoice, Warehouse];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Required, Confirmation, Analytics];
}
