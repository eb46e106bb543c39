using Bus.Services.Orders.Journal;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Orders.Stock;

/// <summary>What is sold. One per scope.</summary>
internal sealed class ProductCatalog(OrderDb db, StockRoom stock)
{
    /// <summary>Products of a page.</summary>
    public const int PageSize = 100;

    /// <summary>Makes the product, or sets all of it: how many are available, too, whatever was ordered meanwhile.</summary>
    /// <returns>Whether it was made.</returns>
    public async Task<bool> PutAsync(ProductRow product, CancellationToken cancellationToken)
    {
        for (var isSecondLook = false; ; isSecondLook = true)
        {
            try
            {
                var isNew = false;
                await db.CommitAsync(async () => isNew = await WriteAsync(product, cancellationToken), () => Task.CompletedTask, cancellationToken);
                return isNew;
            }
            catch (DbUpdateException) when (!isSecondLook)
            {
                // Two made it at once: the second time it is there.
            }
        }
    }

    /// <summary>Products in the order of their keys, and after which the next page begins; null when there is none.</summary>
    public async Task<(IReadOnlyList<ProductRow> Products, string? Next)> PageAsync(string? after, CancellationToken cancellationToken)
    {
        var rows = db.Set<ProductRow>().AsNoTracking();
        if (after is not null)
            rows = rows.Where(row => string.Compare(row.Sku, after) > 0);
        var page = await rows.OrderBy(row => row.Sku).Take(PageSize + 1).ToListAsync(cancellationToken);
        if (page.Count <= PageSize)
            return (page, null);
        page.RemoveAt(PageSize);
        return (page, page[^1].Sku);
    }

    private async Task<bool> WriteAsync(ProductRow product, CancellationToken cancellationToken)
    {
        if ((await stock.LockAsync([product.Sku], cancellationToken)).GetValueOrDefault(product.Sku) is not { } row)
        {
            db.Set<ProductRow>().Add(product);
            return true;
        }

        (row.Name, row.UnitPrice, row.Currency, row.Available) = (product.Name, product.UnitPrice, product.Currency, product.Available);
        return false;
    }
}
