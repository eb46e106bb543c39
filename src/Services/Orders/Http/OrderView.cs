using Bus.Contracts.Orders;
using Bus.Services.Orders.Journal;
using Bus.Services.Orders.Records;

namespace Bus.Services.Orders.Http;

/// <summary>An order as the API shows it.</summary>
/// <param name="Id">The order.</param>
/// <param name="Number">Its short name, for people.</param>
/// <param name="Status"><c>pending</c>, <c>accepted</c>, <c>completed</c>, <c>shipped</c>, <c>refused</c>, <c>undoing</c> or <c>undone</c>.</param>
/// <param name="Reason">Why it was refused or undone; null if it was not.</param>
/// <param name="Customer">Who ordered.</param>
/// <param name="Address">Where it goes.</param>
/// <param name="Lines">What was ordered.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Total">What it comes to, in the smallest unit of the currency.</param>
/// <param name="Label">The carrier's label; null while there is none.</param>
/// <param name="InvoiceNumber">The invoice's number; null while there is none.</param>
/// <param name="Without">What it was completed without: steps that failed, and that an order can do without.</param>
/// <param name="CreatedAt">When it was placed.</param>
/// <param name="ChangedAt">When something happened to it last.</param>
/// <param name="Story">What happened to it, the oldest first.</param>
public sealed record OrderView(
    Guid Id,
    string Number,
    string Status,
    string? Reason,
    OrderCustomer Customer,
    OrderAddress Address,
    IReadOnlyList<OrderLine> Lines,
    string Currency,
    long Total,
    string? Label,
    string? InvoiceNumber,
    IReadOnlyList<string> Without,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt,
    IReadOnlyList<OrderStoryEntry> Story)
{
    internal static OrderView Of(Guid id, OrderSnapshot order) => new(
        id,
        order.Details.Number,
        order.Status,
        order.Reason,
        order.Details.Customer,
        order.Details.Address,
        order.Details.Lines,
        order.Details.Currency,
        order.Details.Total,
        order.Label,
        order.InvoiceNumber,
        order.Find<OrderFact.Completed>()?.Without ?? [],
        order.CreatedAt,
        order.ChangedAt,
        [.. order.Entries.Select(entry => new OrderStoryEntry(entry.Fact.Name, entry.At))]);
}

/// <summary>Something that happened to an order.</summary>
/// <param name="What">Such as <c>placed</c>, <c>charged</c>, <c>label-created</c>.</param>
/// <param name="At">When.</param>
public sealed record OrderStoryEntry(string What, DateTimeOffset At);

/// <summary>An order as lists show it, at most a moment behind.</summary>
/// <param name="Id">The order.</param>
/// <param name="Number">Its short name, for people.</param>
/// <param name="Customer">Who ordered.</param>
/// <param name="Status">As <see cref="OrderView.Status"/>.</param>
/// <param name="Total">What it comes to, in the smallest unit of the currency.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="CreatedAt">When it was placed.</param>
/// <param name="ChangedAt">When something happened to it last.</param>
/// <param name="Reason">Why it was refused or undone; null if it was not.</param>
public sealed record OrderListEntry(Guid Id, string Number, string Customer, string Status, long Total, string Currency, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt, string? Reason)
{
    internal static OrderListEntry Of(OrderViewRow row) => new(row.Id, row.Number, row.Customer, row.Status, row.Total, row.Currency, row.CreatedAt, row.ChangedAt, row.Reason);
}

/// <summary>A page of orders.</summary>
/// <param name="Orders">The youngest first.</param>
/// <param name="Next">What to ask with as <c>after</c> for the next page; null when there is none.</param>
public sealed record OrderPage(IReadOnlyList<OrderListEntry> Orders, string? Next);

/// <summary>The answer to a rebuild.</summary>
/// <param name="Orders">How many orders' rows are made anew.</param>
public sealed record OrderRebuild(int Orders);

/// <summary>Why an order is cancelled.</summary>
/// <param name="Reason">For people to read; null for no particular reason.</param>
public sealed record OrderCancellation(string? Reason = null);
