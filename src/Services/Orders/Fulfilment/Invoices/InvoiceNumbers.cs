using Bus.Services.Orders.Journal;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Orders.Fulfilment.Invoices;

/// <summary>
/// Gives numbers without gaps. The count and the row that has the number commit together, in a short transaction of their own: who needs one waits for whoever is just taking one, and what is rolled back was never counted.
/// </summary>
internal sealed class InvoiceNumbers(OrderDb db, TimeProvider clock)
{
    private const int MostAttempts = 10;

    private DbSet<InvoiceRow> Rows => db.Set<InvoiceRow>();

    private DbSet<InvoiceSeriesRow> Series => db.Set<InvoiceSeriesRow>();

    /// <summary>The order's row of this kind; if there is none, one with the next number. Not in the scope of a consumer.</summary>
    public Task<InvoiceRow> GiveAsync(Guid orderId, InvoiceKind kind, CancellationToken cancellationToken) => TakeAsync(orderId, kind, numbered: true, cancellationToken);

    /// <summary>The order's invoice; if there is none, a row that keeps out one that comes later. Not in the scope of a consumer.</summary>
    public Task<InvoiceRow> CloseAsync(Guid orderId, CancellationToken cancellationToken) => TakeAsync(orderId, InvoiceKind.Invoice, numbered: false, cancellationToken);

    private async Task<InvoiceRow> TakeAsync(Guid orderId, InvoiceKind kind, bool numbered, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await Rows.AsNoTracking().SingleOrDefaultAsync(row => row.OrderId == orderId && row.Kind == kind, cancellationToken) is { } known)
                return known;
            try
            {
                var row = new InvoiceRow { OrderId = orderId, Kind = kind, At = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds()) };
                await db.CommitAsync(() => WriteAsync(row, numbered, cancellationToken), () => Task.CompletedTask, cancellationToken);
                return row;
            }
            catch (DbUpdateException) when (attempt < MostAttempts)
            {
                // Somebody has written the same row, or the first of its kind.
            }
        }
    }

    private async Task WriteAsync(InvoiceRow row, bool numbered, CancellationToken cancellationToken)
    {
        row.Number = numbered ? await NextAsync(row.Kind, cancellationToken) : null;
        Rows.Add(row);
    }

    // Counting locks the row until the commit.
    private async Task<long> NextAsync(InvoiceKind kind, CancellationToken cancellationToken)
    {
        if (await Series.Where(row => row.Kind == kind).ExecuteUpdateAsync(set => set.SetProperty(row => row.Last, row => row.Last + 1), cancellationToken) == 1)
            return await Series.Where(row => row.Kind == kind).Select(row => row.Last).SingleAsync(cancellationToken);
        return Series.Add(new InvoiceSeriesRow { Kind = kind, Last = 1 }).Entity.Last;
    }
}
