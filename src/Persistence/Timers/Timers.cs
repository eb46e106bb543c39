using System.Linq.Expressions;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Timers;

/// <summary>Through the scope's own context, so that its transaction, or the handler's, carries the changes.</summary>
internal sealed class Timers<TDbContext>(TDbContext context, OutboxEngine<TDbContext> engine) : ITimers
    where TDbContext : DbContext
{
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(1);

    private DbSet<TimerRow> Rows => context.Set<TimerRow>();

    public async Task<bool> CancelAsync(Guid token, CancellationToken cancellationToken = default) =>
        await Rows.Where(row => row.Token == token).ExecuteDeleteAsync(cancellationToken) > 0;

    public async Task<bool> RescheduleAsync(Guid token, DateTimeOffset due, CancellationToken cancellationToken = default)
    {
        var dueAt = new TimerOrder(token, due).DueAt;
        var found = await Rows.Where(row => row.Token == token).ExecuteUpdateAsync(set => set.SetProperty(row => row.DueAt, dueAt).SetProperty(row => row.ParkedAt, (long?)null).SetProperty(row => row.Error, (string?)null), cancellationToken) > 0;
        engine.Timers.Committed(dueAt);
        return found;
    }

    public async Task<PendingTimer?> FindAsync(Guid token, CancellationToken cancellationToken = default) =>
        await Rows.AsNoTracking().Where(row => row.Token == token).Select(Shown).SingleOrDefaultAsync(cancellationToken) is { } row ? Pending(row) : null;

    public async Task<IReadOnlyList<PendingTimer>> ListAsync(TimerQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Take is < 1 or > 1000 || query.Skip < 0)
            throw new ArgumentOutOfRangeException(nameof(query), $"`Take` must be 1 to 1,000 and `Skip` not negative, but they are {query.Take} and {query.Skip}.");
        var rows = Rows.AsNoTracking();
        if (query.Destination is { Length: > 0 } destination)
            rows = rows.Where(row => row.Destination.Contains(destination));
        if (query.DueFrom?.ToUnixTimeMilliseconds() is { } from)
            rows = rows.Where(row => row.DueAt >= from);
        if (query.DueBefore?.ToUnixTimeMilliseconds() is { } before)
            rows = rows.Where(row => row.DueAt < before);
        var found = await rows.OrderBy(row => row.DueAt).ThenBy(row => row.Token).Skip(query.Skip).Take(query.Take).Select(Shown).ToListAsync(cancellationToken);
        return found.ConvertAll(Pending);
    }

    public async Task<TimerCounts> CountAsync(CancellationToken cancellationToken = default)
    {
        var overdue = (engine.Time.GetUtcNow() - Overdue).ToUnixTimeMilliseconds();
        var waiting = Rows.Where(row => row.ParkedAt == null);
        return new TimerCounts(
            await waiting.LongCountAsync(cancellationToken),
            await waiting.LongCountAsync(row => row.DueAt < overdue, cancellationToken),
            await Rows.LongCountAsync(row => row.ParkedAt != null, cancellationToken),
            await waiting.MinAsync(row => (long?)row.DueAt, cancellationToken) is { } next ? Instant(next) : null);
    }

    // Not the bodies, which may be long.
    private static readonly Expression<Func<TimerRow, TimerRow>> Shown = row => new TimerRow
    {
        Token = row.Token,
        DueAt = row.DueAt,
        MessageId = row.MessageId,
        Destination = row.Destination,
        Metadata = row.Metadata,
        CreatedAt = row.CreatedAt,
        ParkedAt = row.ParkedAt,
        Error = row.Error,
    };

    private static PendingTimer Pending(TimerRow row) => new(
        row.Token, Instant(row.DueAt), row.MessageId, row.Destination, TypesOf(row.Metadata), Instant(row.CreatedAt), row.ParkedAt is null ? null : row.Error);

    // What is due in the last moment there is was rounded up.
    private static DateTimeOffset Instant(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(milliseconds, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    // A damaged row is shown too: it is what one looks for.
    private static string[] TypesOf(string metadata)
    {
        try
        {
            return MessageMetadata.Parse(metadata).MessageTypes is { } types ? [.. types] : [];
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or OutboxException)
        {
            return [];
        }
    }
}
