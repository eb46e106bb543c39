using System.Text.Json.Serialization;
using Bus.Contracts.Orders;

namespace Bus.Services.Orders.Journal;

/// <summary>
/// Something that happened to an order and cannot unhappen. An order is its facts; all else is derived from them. Facts that exclude each other share a
/// <see cref="Slot"/>: an order has one fact a slot, and the first writer has it. Names and slots are stored: never change one, add another.
/// </summary>
internal abstract record OrderFact
{
    private OrderFact()
    {
    }

    /// <summary>How it is called in the table and in the API.</summary>
    [JsonIgnore]
    public string Name => OrderFacts.Of(GetType()).Name;

    /// <summary>What it decides: of the facts of one slot an order has at most one.</summary>
    [JsonIgnore]
    public string Slot => OrderFacts.Of(GetType()).Slot;

    /// <summary>It was taken in, its stock reserved. <paramref name="PaymentSource"/> is the gateway's token of what pays, never a card's number.</summary>
    public sealed record Placed(OrderDetails Order, string? PaymentSource) : OrderFact;

    /// <summary>The money is taken; <paramref name="ChargeId"/> is the gateway's.</summary>
    public sealed record Charged(string ChargeId) : OrderFact;

    /// <summary>The gateway will not take the money. Its stock is free again.</summary>
    public sealed record Declined(string Reason) : OrderFact;

    /// <summary>Nobody could learn in time whether the gateway took the money: it is being voided, and whatever the gateway answers to a charge does not count any more. Pending until <see cref="GivenUp"/>.</summary>
    public sealed record Voiding : OrderFact;

    /// <summary>It is certain that the gateway did not take the money, or gave it back. Its stock is free again.</summary>
    public sealed record GivenUp(string Reason) : OrderFact;

    /// <summary>What was reserved is sold.</summary>
    public sealed record StockCommitted : OrderFact;

    /// <summary>The carrier has made a label.</summary>
    public sealed record LabelCreated(string Label) : OrderFact;

    /// <summary>The invoice is written.</summary>
    public sealed record InvoiceMade(string Number) : OrderFact;

    /// <summary>The warehouse has the order.</summary>
    public sealed record WarehouseInformed : OrderFact;

    /// <summary>Analytics has counted it.</summary>
    public sealed record Analysed : OrderFact;

    /// <summary>Every branch has ended; those of <paramref name="Without"/> failed, and it can do without them.</summary>
    public sealed record Completed(IReadOnlyList<string> Without) : OrderFact;

    /// <summary>The parcel has left: it cannot be cancelled any more. Only of an order that is completed.</summary>
    public sealed record Shipped : OrderFact;

    /// <summary>The customer wants it cancelled: it cannot be shipped any more, and will be undone.</summary>
    public sealed record Cancelled(string Reason) : OrderFact;

    /// <summary>The warehouse does not have it any more.</summary>
    public sealed record WarehouseRecalled : OrderFact;

    /// <summary>There is no valid label.</summary>
    public sealed record LabelVoided : OrderFact;

    /// <summary>There is no invoice that nothing stands against; <paramref name="Number"/> is the credit note's, null if there was no invoice.</summary>
    public sealed record InvoiceCredited(string? Number) : OrderFact;

    /// <summary>No money is taken.</summary>
    public sealed record Refunded : OrderFact;

    /// <summary>Nothing is reserved or sold.</summary>
    public sealed record StockReleased : OrderFact;

    /// <summary>All that was done for it is undone.</summary>
    public sealed record Undone(string Reason) : OrderFact;
}
