using Bus.Contracts.Orders;

namespace Bus.Services.Orders.Journal;

/// <summary>What an order's facts amount to. Since facts that exclude each other never meet in one order, the order in which they are read does not matter.</summary>
internal sealed class OrderSnapshot
{
    private readonly Dictionary<Type, OrderEntry> _entries;

    private OrderSnapshot(IEnumerable<OrderEntry> entries)
    {
        Entries = [.. entries.OrderBy(entry => entry.At).ThenBy(entry => OrderFacts.RankOf(entry.Fact))];
        _entries = Entries.ToDictionary(entry => entry.Fact.GetType());
    }

    /// <summary>The facts as they came.</summary>
    public IReadOnlyList<OrderEntry> Entries { get; }

    /// <summary>The order as it was placed.</summary>
    public OrderDetails Details => Placed.Order;

    /// <summary>The gateway's token of what pays.</summary>
    public string? PaymentSource => Placed.PaymentSource;

    /// <summary>The gateway's id of the charge; null while nothing is taken.</summary>
    public string? ChargeId => Find<OrderFact.Charged>()?.ChargeId;

    /// <summary>The carrier's label, whether it was voided since or not; null if none was made.</summary>
    public string? Label => Find<OrderFact.LabelCreated>()?.Label;

    /// <summary>The invoice's number, whether it was credited since or not; null if none was made.</summary>
    public string? InvoiceNumber => Find<OrderFact.InvoiceMade>()?.Number;

    /// <summary>When it was placed.</summary>
    public DateTimeOffset CreatedAt => _entries[typeof(OrderFact.Placed)].At;

    /// <summary>When something happened to it last.</summary>
    public DateTimeOffset ChangedAt => Entries[^1].At;

    /// <summary>Why it was refused or undone; null if it was not.</summary>
    public string? Reason =>
        Find<OrderFact.Undone>()?.Reason ?? Find<OrderFact.Cancelled>()?.Reason ?? Find<OrderFact.Declined>()?.Reason ?? Find<OrderFact.GivenUp>()?.Reason;

    /// <summary>One of <see cref="OrderStatus"/>.</summary>
    public string Status => this switch
    {
        _ when Has<OrderFact.Undone>() => OrderStatus.Undone,
        _ when IsRefused => OrderStatus.Refused,
        _ when IsStopped => OrderStatus.Undoing,
        _ when Has<OrderFact.Shipped>() => OrderStatus.Shipped,
        _ when Has<OrderFact.Completed>() => OrderStatus.Completed,
        _ when Has<OrderFact.Charged>() => OrderStatus.Accepted,
        _ => OrderStatus.Pending,
    };

    private OrderFact.Placed Placed => Find<OrderFact.Placed>()!;

    private bool IsRefused => Has<OrderFact.Declined>() || Has<OrderFact.GivenUp>();

    private bool IsStopped => Has<OrderFact.Cancelled>() || Has<OrderFact.WarehouseRecalled>() || Has<OrderFact.LabelVoided>()
        || Has<OrderFact.InvoiceCredited>() || Has<OrderFact.Refunded>() || Has<OrderFact.StockReleased>();

    /// <summary>What these facts of one order amount to. Pure.</summary>
    /// <exception cref="ArgumentException">The order was never placed.</exception>
    public static OrderSnapshot Replay(IEnumerable<OrderEntry> entries)
    {
        var snapshot = new OrderSnapshot(entries);
        return snapshot.Has<OrderFact.Placed>() ? snapshot : throw new ArgumentException("The facts do not say that the order was placed: rows of it are missing.", nameof(entries));
    }

    /// <summary>Whether this is one of its facts.</summary>
    public bool Has<TFact>()
        where TFact : OrderFact => _entries.ContainsKey(typeof(TFact));

    /// <summary>The fact; null if it is not one of them.</summary>
    public TFact? Find<TFact>()
        where TFact : OrderFact => _entries.TryGetValue(typeof(TFact), out var entry) ? (TFact)entry.Fact : null;
}
