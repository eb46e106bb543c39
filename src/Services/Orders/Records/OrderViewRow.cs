namespace Bus.Services.Orders.Records;

/// <summary>An order as lists show it: derived from its facts by <see cref="OrderProjector"/>, and from nothing else.</summary>
internal sealed class OrderViewRow
{
    /// <summary>The order.</summary>
    public Guid Id { get; set; }

    /// <summary>Its short name.</summary>
    public string Number { get; set; } = "";

    /// <summary>Who ordered.</summary>
    public string Customer { get; set; } = "";

    /// <summary>Where it is.</summary>
    public string Status { get; set; } = "";

    /// <summary>What it comes to, in the smallest unit of <see cref="Currency"/>.</summary>
    public long Total { get; set; }

    /// <summary>ISO 4217.</summary>
    public string Currency { get; set; } = "";

    /// <summary>When it was placed.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When something happened to it last.</summary>
    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>Why it was refused or undone; null if it was not.</summary>
    public string? Reason { get; set; }

    /// <summary>How many facts it shows: of two processes that write it at once the one that knows less is refused.</summary>
    public int Facts { get; set; }
}
