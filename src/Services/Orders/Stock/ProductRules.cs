using Bus.Services.Orders.Checkout;
using Bus.Services.Orders.Http;
using Microsoft.AspNetCore.Http;

namespace Bus.Services.Orders.Stock;

/// <summary>What a product may be. Pure; names all that is wrong at once.</summary>
internal static class ProductRules
{
    /// <summary>Most that one may cost.</summary>
    public const long MostPrice = 99_999_999_999;

    /// <summary>Most that can be on the shelf.</summary>
    public const long MostAvailable = 1_000_000_000;

    /// <exception cref="OrderRejectedException">It may not be that.</exception>
    public static ProductRow Check(string sku, ProductRequest asked)
    {
        List<string> errors = [];
        var product = new ProductRow
        {
            Sku = TextRules.Sku(sku, "sku", errors),
            Name = TextRules.Required(asked.Name, "name", 200, errors),
            UnitPrice = Between(asked.UnitPrice, "unitPrice", 0, MostPrice, errors),
            Currency = Currencies.Check(asked.Currency, "currency", errors),
            Available = Between(asked.Available, "available", 0, MostAvailable, errors),
        };
        return errors.Count == 0 ? product : throw new OrderRejectedException(StatusCodes.Status422UnprocessableEntity, "The product is not as it may be", errors);
    }

    private static long Between(long? value, string field, long least, long most, List<string> errors)
    {
        if (value >= least && value <= most)
            return value.Value;
        errors.Add($"`{field}` must be between {least} and {most}, but was {(value is null ? "missing" : value)}.");
        return least;
    }
}
