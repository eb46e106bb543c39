namespace Bus.Services.Orders.Journal;

/// <summary>A fact and when it was written down.</summary>
internal sealed record OrderEntry(OrderFact Fact, DateTimeOffset At)
{
    public static OrderEntry Of(OrderEventRow row) => new(OrderFacts.Read(row.Name, row.Body), row.At);
}
