using System.Text.Json;
using Bus.Services.Orders.Http;

namespace Bus.Host.Demo;

/// <summary>What the demonstration shows of an order; <paramref name="Story"/> is all that happened to it, in a line.</summary>
internal sealed record DemoOrder(Guid Id, string Number, string Status, string? Reason, long Total, string Currency, string? Label, string? Invoice, string Story)
{
    /// <summary>Whether more will happen to it by itself.</summary>
    public bool IsUnderWay => Status is "pending" or "accepted" or "undoing";

    public static DemoOrder Of(JsonElement answer)
    {
        var order = answer.Deserialize<OrderView>(JsonSerializerOptions.Web)!;
        return new DemoOrder(order.Id, order.Number, order.Status, order.Reason, order.Total, order.Currency, order.Label, order.InvoiceNumber, string.Join(", ", order.Story.Select(entry => entry.What)));
    }
}
