using Bus.Contracts.Orders;
using Bus.Services.Orders.Stock;
using Microsoft.AspNetCore.Http;

namespace Bus.Services.Orders.Checkout;

/// <summary>What an order comes to. Pure; money is a whole number of the currency's smallest unit, and never wraps around.</summary>
internal static class OrderPricing
{
    /// <summary>Most that an order may come to: every program between here and the customer can still count it exactly.</summary>
    public const long MostTotal = 999_999_999_999;

    private const int MostErrors = 20;

    /// <summary>The lines with names and prices, and what they come to.</summary>
    /// <exception cref="OrderRejectedException">Products are unknown, sold in another currency or sold out, or it comes to too much or to something else than it must.</exception>
    public static (IReadOnlyList<OrderLine> Lines, long Total) Price(CheckedOrder order, IReadOnlyDictionary<string, ProductRow> products)
    {
        Refuse(StatusCodes.Status422UnprocessableEntity, "The order has products that there are not", order.Quantities.Where(line => !products.ContainsKey(line.Sku))
            .Select(line => $"There is no product '{line.Sku}'. GET /api/products lists those that there are."));
        Refuse(StatusCodes.Status422UnprocessableEntity, "The order mixes currencies", order.Quantities.Where(line => products[line.Sku].Currency != order.Currency)
            .Select(line => $"'{line.Sku}' is sold in {products[line.Sku].Currency}, not in {order.Currency}. Order it by itself."));
        Refuse(StatusCodes.Status409Conflict, "There is not enough in stock", order.Quantities.Where(line => products[line.Sku].Available < line.Quantity)
            .Select(line => $"Of '{line.Sku}' there are {products[line.Sku].Available} left, and {line.Quantity} are ordered."));
        OrderLine[] lines = [.. order.Quantities.Select(line => new OrderLine(line.Sku, products[line.Sku].Name, line.Quantity, products[line.Sku].UnitPrice))];
        if (TotalOf(lines) is not { } total)
            throw new OrderRejectedException(StatusCodes.Status422UnprocessableEntity, "The order comes to too much", $"An order may come to {MostTotal} of the smallest unit of {order.Currency} at most. Part it.");
        if (order.Total is { } expected && expected != total)
            throw new OrderRejectedException(StatusCodes.Status409Conflict, "The price has changed", $"The order comes to {total}, not to {expected} as `total` says. Show the customer the new price, and order again.");
        return (lines, total);
    }

    /// <summary>What they come to; null for more than <see cref="MostTotal"/>.</summary>
    public static long? TotalOf(IEnumerable<OrderLine> lines)
    {
        try
        {
            var total = lines.Aggregate(0L, (sum, line) => checked(sum + (line.UnitPrice * line.Quantity)));
            return total <= MostTotal ? total : null;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static void Refuse(int status, string title, IEnumerable<string> errors)
    {
        string[] first = [.. errors.Take(MostErrors)];
        if (first.Length > 0)
            throw new OrderRejectedException(status, title, first);
    }
}
