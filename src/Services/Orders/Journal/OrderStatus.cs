namespace Bus.Services.Orders.Journal;

/// <summary>Where an order is, as the API says it.</summary>
internal static class OrderStatus
{
    /// <summary>Taken in, not paid for yet.</summary>
    public const string Pending = "pending";

    /// <summary>Paid for; it is being fulfilled.</summary>
    public const string Accepted = "accepted";

    /// <summary>Every branch has ended; it waits for the parcel to leave.</summary>
    public const string Completed = "completed";

    /// <summary>Final: the parcel has left.</summary>
    public const string Shipped = "shipped";

    /// <summary>Final: it was not paid for.</summary>
    public const string Refused = "refused";

    /// <summary>What was done for it is being undone.</summary>
    public const string Undoing = "undoing";

    /// <summary>Final: all that was done for it is undone.</summary>
    public const string Undone = "undone";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [Pending, Accepted, Completed, Shipped, Refused, Undoing, Undone];
}
