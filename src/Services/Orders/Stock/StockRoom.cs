using System.Text.Json;
using Bus.Contracts.Orders;
using Bus.Services.Orders.Journal;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Orders.Stock;

/// <summary>
/// Takes products off the shelf and puts them back, as part of a commit of the caller's. Whoever changes a count locks its row first, in the order of the keys, so that two orders never wait for each other in a ring;
/// where no transaction is open yet (in a consumer on SQLite) the count that was read is checked at the commit instead, and who was second is run again.
/// </summary>
internal sealed class StockRoom(OrderDb db)
{
    internal const string SqlServer = "SELECT * FROM product WITH (UPDLOCK, ROWLOCK) WHERE sku IN (SELECT value FROM OPENJSON({0}) WITH (value nvarchar(64) '$')) ORDER BY sku";

    private const string Postgres = "SELECT * FROM product WHERE sku = ANY ({0}) ORDER BY sku FOR UPDATE";
    // Its transactions have the only write lock there is from their begin on.
    private const string Sqlite = "SELECT * FROM product WHERE sku IN (SELECT value FROM json_each({0})) ORDER BY sku";

    private DbSet<ReservationRow> Reservations => db.Set<ReservationRow>();

    /// <summary>These products, tracked, and nobody else's to change until the transaction ends; those that do not exist are not in it. One round trip, however many.</summary>
    public async Task<Dictionary<string, ProductRow>> LockAsync(IEnumerable<string> skus, CancellationToken cancellationToken)
    {
        string[] keys = [.. skus];
        var products = db.Set<ProductRow>();
        var rows = db.Provider switch
        {
            "Npgsql.EntityFrameworkCore.PostgreSQL" => products.FromSqlRaw(Postgres, [keys]),
            "Microsoft.EntityFrameworkCore.SqlServer" => products.FromSqlRaw(SqlServer, JsonSerializer.Serialize(keys)),
            _ => products.FromSqlRaw(Sqlite, JsonSerializer.Serialize(keys)),
        };
        return (await rows.ToListAsync(cancellationToken)).ToDictionary(product => product.Sku, StringComparer.Ordinal);
    }

    /// <summary>Takes an order's lines off the shelf. All are there: <see cref="LockAsync"/> has said so.</summary>
    public void Reserve(Guid orderId, IEnumerable<OrderLine> lines, Dictionary<string, ProductRow> locked)
    {
        foreach (var line in lines)
        {
            locked[line.Sku].Available -= line.Quantity;
            Reservations.Add(new ReservationRow { OrderId = orderId, Sku = line.Sku, Quantity = line.Quantity, State = ReservationState.Reserved });
        }
    }

    /// <summary>Makes what is reserved sold.</summary>
    public async Task SellAsync(Guid orderId, CancellationToken cancellationToken)
    {
        foreach (var row in await Reservations.Where(row => row.OrderId == orderId && row.State == ReservationState.Reserved).ToListAsync(cancellationToken))
            row.State = ReservationState.Sold;
    }

    /// <summary>Puts back on the shelf whatever the order has. Doing it twice changes nothing.</summary>
    public async Task ReleaseAsync(Guid orderId, CancellationToken cancellationToken)
    {
        var taken = await Reservations.Where(row => row.OrderId == orderId && row.State != ReservationState.Released).ToListAsync(cancellationToken);
        if (taken.Count == 0)
            return;
        var products = await LockAsync(taken.Select(row => row.Sku), cancellationToken);
        foreach (var row in taken)
        {
            products[row.Sku].Available += row.Quantity;
            row.State = ReservationState.Released;
        }
    }
}
