using Bus.Services.Orders.Journal;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Orders.Fulfilment.Analytics;

/// <summary>What was ordered of a product on a day.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Sku">The product.</param>
/// <param name="Currency">ISO 4217; a product that was sold in two has two lines.</param>
/// <param name="Orders">In how many orders.</param>
/// <param name="Quantity">How many of it.</param>
/// <param name="Amount">For how much, in the currency's smallest unit.</param>
public sealed record OrderStatistic(DateOnly Day, string Sku, string Currency, long Orders, long Quantity, long Amount);

/// <summary>Adds up what was ordered.</summary>
internal sealed class OrderStatistics(OrderDb db)
{
    private DbSet<OrderSaleRow> Sales => db.Set<OrderSaleRow>();

    private DbSet<OrderStatisticRow> Totals => db.Set<OrderStatisticRow>();

    /// <summary>The days from <paramref name="from"/> to <paramref name="to"/>, both included, by day and product. What is added up and what is not is read by one statement: nothing is missed, nothing counted twice.</summary>
    public async Task<IReadOnlyList<OrderStatistic>> ReadAsync(DateOnly from, DateOnly to, int most, CancellationToken cancellationToken)
    {
        var loose = Sales.Where(row => row.Day >= from && row.Day <= to).Select(row => new { row.Day, row.Sku, row.Currency, Orders = 1L, row.Quantity, row.Amount });
        var added = Totals.Where(row => row.Day >= from && row.Day <= to).Select(row => new { row.Day, row.Sku, row.Currency, row.Orders, row.Quantity, row.Amount });
        var sums = await added.Concat(loose)
            .GroupBy(row => new { row.Day, row.Sku, row.Currency })
            .Select(rows => new { rows.Key.Day, rows.Key.Sku, rows.Key.Currency, Orders = rows.Sum(row => row.Orders), Quantity = rows.Sum(row => row.Quantity), Amount = rows.Sum(row => row.Amount) })
            .OrderBy(row => row.Day).ThenBy(row => row.Sku).ThenBy(row => row.Currency)
            .Take(most)
            .ToListAsync(cancellationToken);
        return [.. sums.Select(row => new OrderStatistic(row.Day, row.Sku, row.Currency, row.Orders, row.Quantity, row.Amount))];
    }

    /// <summary>Moves what at most so many sales add into the totals, and returns how many it were; 0 too where another process was at the same ones.</summary>
    public async Task<int> AddUpAsync(int most, CancellationToken cancellationToken)
    {
        var sales = await Sales.AsNoTracking().OrderBy(row => row.OrderId).ThenBy(row => row.Sku).Take(most).ToListAsync(cancellationToken);
        if (sales.Count == 0)
            return 0;
        try
        {
            await db.CommitAsync(() => AddUpAsync(sales, cancellationToken), () => Task.CompletedTask, cancellationToken);
            return sales.Count;
        }
        catch (DbUpdateException)
        {
            // Another process added the same ones up, or the same day's first; what it left is there at the next pass.
            return 0;
        }
    }

    // The removal is the fence: of two processes one finds them gone, and takes nothing.
    private async Task AddUpAsync(List<OrderSaleRow> sales, CancellationToken cancellationToken)
    {
        foreach (var group in sales.GroupBy(row => (row.Day, row.Sku, row.Currency)).OrderBy(group => group.Key.Day).ThenBy(group => group.Key.Sku, StringComparer.Ordinal).ThenBy(group => group.Key.Currency, StringComparer.Ordinal))
            await AddAsync(group.Key, [.. group], cancellationToken);
        db.Set<OrderSaleRow>().RemoveRange(sales);
    }

    private async Task AddAsync((DateOnly Day, string Sku, string Currency) key, List<OrderSaleRow> sales, CancellationToken cancellationToken)
    {
        var total = await Totals.FindAsync([key.Day, key.Sku, key.Currency], cancellationToken)
            ?? Totals.Add(new OrderStatisticRow { Day = key.Day, Sku = key.Sku, Currency = key.Currency }).Entity;
        total.Orders += sales.Count;
        total.Quantity += sales.Sum(row => row.Quantity);
        total.Amount += sales.Sum(row => row.Amount);
    }
}
