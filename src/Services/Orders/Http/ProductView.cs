using Bus.Services.Orders.Stock;

namespace Bus.Services.Orders.Http;

/// <summary>A product as the API shows it.</summary>
/// <param name="Sku">Its key.</param>
/// <param name="Name">How it is called.</param>
/// <param name="UnitPrice">What one costs, in the smallest unit of the currency.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Available">How many can still be ordered.</param>
public sealed record ProductView(string Sku, string Name, long UnitPrice, string Currency, long Available)
{
    internal static ProductView Of(ProductRow row) => new(row.Sku, row.Name, row.UnitPrice, row.Currency, row.Available);
}

/// <summary>A page of products.</summary>
/// <param name="Products">In the order of their keys.</param>
/// <param name="Next">What to ask with as <c>after</c> for the next page; null when there is none.</param>
public sealed record ProductPage(IReadOnlyList<ProductView> Products, string? Next);
