using Bus.Contracts.Orders;
using Bus.Services.Orders.Http;
using Microsoft.AspNetCore.Http;

namespace Bus.Services.Orders.Checkout;

/// <summary>What a request for an order may say. Pure; names all that is wrong at once.</summary>
internal static class OrderRules
{
    /// <summary>Most lines of an order, before those of one product are added up.</summary>
    public const int MostLines = 1_000;

    /// <summary>Most pieces of one product in an order.</summary>
    public const int MostPieces = 1_000_000;

    private const int MostErrors = 20;

    /// <exception cref="OrderRejectedException">It may not say that.</exception>
    public static CheckedOrder Check(OrderRequest asked)
    {
        List<string> errors = [];
        var customer = CustomerOf(asked.Customer, errors);
        var address = AddressOf(asked.Address, customer.Name, errors);
        var lines = LinesOf(asked.Lines, errors);
        var currency = Currencies.Check(asked.Currency, "currency", errors);
        var source = TextRules.Optional(asked.PaymentSource, "paymentSource", 200, errors);
        if (asked.Total < 0)
            errors.Add($"`total` must not be negative, but was {asked.Total}.");
        return errors.Count == 0
            ? new CheckedOrder(customer, address, lines, currency, source, asked.Total)
            : throw new OrderRejectedException(StatusCodes.Status422UnprocessableEntity, "The order is not as it may be", [.. errors.Take(MostErrors)]);
    }

    private static OrderCustomer CustomerOf(OrderRequestCustomer? asked, List<string> errors)
    {
        var name = TextRules.Required(asked?.Name, "customer.name", 200, errors);
        var email = TextRules.Email(asked?.Email, "customer.email", errors);
        var id = TextRules.Optional(asked?.Id, "customer.id", 100, errors) ?? (email.Length <= 100 ? email : email[..100]);
        return new OrderCustomer(id, name, email, TextRules.Phone(asked?.Phone, "customer.phone", errors));
    }

    private static OrderAddress AddressOf(OrderRequestAddress? asked, string customer, List<string> errors)
    {
        var country = TextRules.Required(asked?.Country, "address.country", 2, errors).ToUpperInvariant();
        if (country.Length > 0 && (country.Length != 2 || !country.All(char.IsAsciiLetterUpper)))
            errors.Add($"`address.country` must be an ISO 3166 code of two letters, such as NO, but was '{country}'.");
        return new OrderAddress(
            TextRules.Optional(asked?.Name, "address.name", 200, errors) ?? customer,
            TextRules.Required(asked?.Street, "address.street", 200, errors),
            TextRules.Required(asked?.PostalCode, "address.postalCode", 20, errors),
            TextRules.Required(asked?.City, "address.city", 100, errors),
            country);
    }

    private static (string Sku, int Quantity)[] LinesOf(IReadOnlyList<OrderRequestLine?>? asked, List<string> errors)
    {
        if (asked is not { Count: > 0 and <= MostLines })
        {
            errors.Add($"`lines` must be 1 to {MostLines} lines, but were {asked?.Count ?? 0}. Part a larger order.");
            return [];
        }

        var pieces = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < asked.Count; i++)
        {
            var sku = TextRules.Sku(asked[i]?.Sku, $"lines[{i}].sku", errors);
            var quantity = asked[i]?.Quantity ?? 0;
            if (quantity is < 1 or > MostPieces)
                errors.Add($"`lines[{i}].quantity` must be between 1 and {MostPieces}, but was {quantity}.");
            else
                pieces[sku] = pieces.GetValueOrDefault(sku) + quantity;
        }

        errors.AddRange(pieces.Where(line => line.Value > MostPieces).Select(line => $"The lines of '{line.Key}' add up to {line.Value}, and {MostPieces} is the most."));
        return errors.Count == 0 ? [.. pieces.Select(line => (line.Key, (int)line.Value))] : [];
    }
}
