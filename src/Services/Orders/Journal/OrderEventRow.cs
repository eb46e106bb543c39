namespace Bus.Services.Orders.Journal;

/// <summary>A fact as it is stored. Never changed but for <see cref="UnprojectedSince"/>, which is not part of it.</summary>
internal sealed class OrderEventRow
{
    /// <summary>The order.</summary>
    public Guid OrderId { get; set; }

    /// <summary>The fact's slot: an order has one fact a slot.</summary>
    public string Slot { get; set; } = "";

    /// <summary>The fact's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The fact as JSON.</summary>
    public string Body { get; set; } = "";

    /// <summary>When it was written down.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary><see cref="At"/> until the order's row for lists shows it; then null. Later where the order could not be read: when to try again.</summary>
    public DateTimeOffset? UnprojectedSince { get; set; }
}
