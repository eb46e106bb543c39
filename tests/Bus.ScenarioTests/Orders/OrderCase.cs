namespace Bus.ScenarioTests.Orders;

/// <summary>What one customer does, and what must become of it.</summary>
internal sealed record OrderCase(int Number)
{
    public const int Products = 5;

    /// <summary>The gateway declines what pays.</summary>
    public bool IsDeclined => Number % 20 == 7;

    /// <summary>The carrier does not go there: it is undone.</summary>
    public bool IsFarAway => Number % 20 == 3;

    /// <summary>The customer thinks better of it at once.</summary>
    public bool IsCancelled => Number % 20 is 11 or 16;

    public string Key => $"order-{Number}";

    /// <summary>Two products, so that orders meet at each.</summary>
    public IReadOnlyList<(string Sku, int Quantity)> Lines => [(Sku(Number), 1 + (Number % 3)), (Sku(Number + 1), 1)];

    public string Expected => IsDeclined ? "refused" : IsFarAway || IsCancelled ? "undone" : "completed";

    public static string Sku(int number) => $"P{number % Products}";
}
