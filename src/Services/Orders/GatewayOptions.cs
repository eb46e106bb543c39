namespace Bus.Services.Orders;

/// <summary>Settings of the payment gateway: section <c>Bus:Orders:Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>Where its API is, for instance <c>https://pay.example/v1</c>; <c>/charges</c> and <c>/refunds</c> are below it. Null, the default, is the sandbox: nobody is charged.</summary>
    public Uri? Url { get; set; }

    /// <summary>Sent as <c>Authorization: Bearer</c>; null, the default, sends none.</summary>
    public string? Token { get; set; }

    /// <summary>How long one try may take, at most a minute. Default 3 s. How long all of them may take is <see cref="OrderOptions.ChargeWithin"/>.</summary>
    public TimeSpan TryWithin { get; set; } = TimeSpan.FromSeconds(3);
}
