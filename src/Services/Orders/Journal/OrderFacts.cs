using System.Text.Json;

namespace Bus.Services.Orders.Journal;

/// <summary>What facts there are: how each is stored, and in which order they usually come.</summary>
internal static class OrderFacts
{
    private static readonly Kind[] Kinds =
    [
        new(typeof(OrderFact.Placed), "placed", "placed"),
        new(typeof(OrderFact.Charged), "charged", "payment"),
        new(typeof(OrderFact.Declined), "declined", "payment"),
        new(typeof(OrderFact.Voiding), "voiding", "payment"),
        new(typeof(OrderFact.GivenUp), "given-up", "voided"),
        new(typeof(OrderFact.StockCommitted), "stock-committed", "stock"),
        new(typeof(OrderFact.LabelCreated), "label-created", "label"),
        new(typeof(OrderFact.InvoiceMade), "invoice-made", "invoice"),
        new(typeof(OrderFact.WarehouseInformed), "warehouse-informed", "warehouse"),
        new(typeof(OrderFact.Analysed), "analysed", "analytics"),
        new(typeof(OrderFact.Completed), "completed", "completed"),
        new(typeof(OrderFact.Shipped), "shipped", "outcome"),
        new(typeof(OrderFact.Cancelled), "cancelled", "outcome"),
        new(typeof(OrderFact.WarehouseRecalled), "warehouse-recalled", "warehouse-recalled"),
        new(typeof(OrderFact.LabelVoided), "label-voided", "label-voided"),
        new(typeof(OrderFact.InvoiceCredited), "invoice-credited", "invoice-credited"),
        new(typeof(OrderFact.Refunded), "refunded", "refunded"),
        new(typeof(OrderFact.StockReleased), "stock-released", "stock-released"),
        new(typeof(OrderFact.Undone), "undone", "undone"),
    ];

    private static readonly Dictionary<Type, Kind> ByType = Kinds.ToDictionary(kind => kind.Type);

    private static readonly Dictionary<string, Kind> ByName = Kinds.ToDictionary(kind => kind.Name, StringComparer.Ordinal);

    /// <summary>Every kind, in the order in which they usually come.</summary>
    public static IReadOnlyList<Kind> All => Kinds;

    public static Kind Of(Type type) => ByType.TryGetValue(type, out var kind)
        ? kind
        : throw new NotSupportedException($"{type.Name} is not listed in {nameof(OrderFacts)}: give it a name and a slot there.");

    /// <summary>Of two facts of one millisecond the one with the lower rank is told first.</summary>
    public static int RankOf(OrderFact fact) => Array.IndexOf(Kinds, Of(fact.GetType()));

    public static string Write(OrderFact fact) => JsonSerializer.Serialize(fact, fact.GetType(), JsonSerializerOptions.Web);

    /// <exception cref="UnknownFactException">There is no fact of that name here: a newer version of the service wrote it.</exception>
    public static OrderFact Read(string name, string body) => ByName.TryGetValue(name, out var kind)
        ? (OrderFact)JsonSerializer.Deserialize(body, kind.Type, JsonSerializerOptions.Web)!
        : throw new UnknownFactException(name);

    internal sealed record Kind(Type Type, string Name, string Slot);
}
