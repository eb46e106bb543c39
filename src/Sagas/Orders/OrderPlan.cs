namespace Bus.Sagas.Orders;

/// <summary>How long the saga waits. The host fills it from section <c>Bus:Orders</c>, which the order services read and check.</summary>
public sealed class OrderPlan
{
    /// <summary>How long an order may wait for its charge before the saga has the charge settled; after a settling that failed for good, how long until the next. Default 15 s.</summary>
    public TimeSpan SettleAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the branches of an accepted order may take together. Then the order goes without those that it can do without, or is undone. Default 15 minutes.</summary>
    public TimeSpan FulfilWithin { get; set; } = TimeSpan.FromMinutes(15);
}
