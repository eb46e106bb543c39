namespace Bus.Services.Orders.Checkout;

/// <summary>An idempotency key that was used, and for what.</summary>
internal sealed class OrderKeyRow
{
    /// <summary>SHA-256 of the key, hexadecimal: databases that fold case or trim spaces must not take two keys for one.</summary>
    public string KeyHash { get; set; } = "";

    /// <summary>SHA-256 of what was asked for, hexadecimal.</summary>
    public string RequestHash { get; set; } = "";

    /// <summary>The order that the first call made.</summary>
    public Guid OrderId { get; set; }

    /// <summary>From then on the key is as good as new.</summary>
    public DateTimeOffset ExpiresAt { get; set; }
}
