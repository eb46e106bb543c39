namespace Bus.Services.Orders;

/// <summary>Settings of orders: section <c>Bus:Orders</c>.</summary>
public sealed class OrderOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Bus:Orders";

    /// <summary>How long the gateway may be asked before the answer to <c>POST /api/orders</c> is that the order is pending, at most a minute. Default 10 s.</summary>
    public TimeSpan ChargeWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an order may be pending before its charge is settled in the background, and how long until it is tried again, at most a day. Default 15 s. More than <see cref="ChargeWithin"/> spares the gateway double questions.</summary>
    public TimeSpan SettleAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How old an order may become that the gateway says nothing about, at most 30 days, more than <see cref="SettleAfter"/> and at least three times <see cref="ChargeWithin"/>. From then on its charge is voided instead, and the order refused as soon as the gateway has confirmed that. Default 15 min.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long the branches of an accepted order may take before it goes without those that it can do without, or is undone, at most 30 days. Default 15 min.</summary>
    public TimeSpan FulfilWithin { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Who takes the money.</summary>
    public GatewayOptions Gateway { get; set; } = new();
}
