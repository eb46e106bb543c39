namespace Bus.Services.Orders.Fulfilment;

/// <summary>Settings of the carrier: section <c>Bus:Orders:Carrier</c>.</summary>
public sealed class CarrierOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Bus:Orders:Carrier";

    /// <summary>Where its API is, for instance <c>https://parcels.example/v1</c>; <c>/labels</c> is below it. Null, the default, is the sandbox: labels are made up.</summary>
    public Uri? Url { get; set; }

    /// <summary>Sent as <c>Authorization: Bearer</c>; null, the default, sends none.</summary>
    public string? Token { get; set; }

    /// <summary>How long it may take to answer, at most a minute. Default 5 s.</summary>
    public TimeSpan AnswerWithin { get; set; } = TimeSpan.FromSeconds(5);
}
