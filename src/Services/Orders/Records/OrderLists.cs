using System.Globalization;
using Bus.Services.Orders.Journal;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Orders.Records;

/// <summary>Pages of orders, the youngest first. However far one has paged, a page costs the same.</summary>
internal sealed class OrderLists(OrderDb db)
{
    /// <summary>Rows of a page.</summary>
    public const int PageSize = 50;

    /// <summary>The next page, and where the one after it begins; null when there is none.</summary>
    /// <param name="status">Only those in it; null for all.</param>
    /// <param name="after">What the page before said; null for the first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<(IReadOnlyList<OrderViewRow> Orders, string? Next)> PageAsync(string? status, OrderPlace? after, CancellationToken cancellationToken)
    {
        var rows = db.Set<OrderViewRow>().AsNoTracking();
        if (status is not null)
            rows = rows.Where(row => row.Status == status);
        if (after is { } place)
            rows = rows.Where(row => row.CreatedAt < place.At || (row.CreatedAt == place.At && string.Compare(row.Number, place.Number) < 0));
        var page = await rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Number).Take(PageSize + 1).ToListAsync(cancellationToken);
        if (page.Count <= PageSize)
            return (page, null);
        page.RemoveAt(PageSize);
        return (page, new OrderPlace(page[^1].CreatedAt, page[^1].Number).ToString());
    }
}

/// <summary>A place in the list of all orders.</summary>
internal sealed record OrderPlace(DateTimeOffset At, string Number)
{
    public static OrderPlace? Parse(string text) =>
        text.Split('.') is [var at, { Length: 14 } number] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms <= 253_402_300_799_999 && number.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            ? new OrderPlace(DateTimeOffset.FromUnixTimeMilliseconds(ms), number)
            : null;

    public override string ToString() => $"{At.ToUnixTimeMilliseconds()}.{Number}";
}
