using Bus.Core.Loops;
using Bus.Services.Orders.Journal;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bus.Services.Orders.Records;

/// <summary>
/// Brings the rows of lists up to the facts, a moment after them: takes orders with facts that are not shown yet, replays them whole, and writes row and mark in one commit. Every process may run it: a row that another has
/// written meanwhile is not overwritten with less, and its block is looked at again. The rows can be made anew from nothing but the facts at any time.
/// </summary>
internal sealed partial class OrderProjector(IServiceScopeFactory scopes, TimeProvider clock, ILogger<OrderProjector> logger) : BackgroundLoop(clock, Interval)
{
    private const int Block = 200;
    private const int RebuildBlock = 1_000;

    // More races than that in a row are none.
    private const int MostLost = 10;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // An order that cannot be read waits that long, and holds nobody up meanwhile.
    private static readonly TimeSpan PutOff = TimeSpan.FromMinutes(5);

    private int _lost;

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<OrderDb>();
        var now = Time.GetUtcNow();
        var fresh = await db.Events.Where(row => row.UnprojectedSince != null && row.UnprojectedSince <= now).OrderBy(row => row.UnprojectedSince).Take(Block).Select(row => row.OrderId).ToListAsync(cancellationToken);
        if (fresh.Count == 0)
            return false;
        Guid[] ids = [.. fresh.Distinct()];
        // The rows first: facts that come in between are then known of a row that is older, and not the other way round.
        var views = await db.Set<OrderViewRow>().Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, cancellationToken);
        foreach (var facts in (await db.Events.Where(row => ids.Contains(row.OrderId)).ToListAsync(cancellationToken)).GroupBy(row => row.OrderId))
            TryProject(db, facts.Key, [.. facts], views.GetValueOrDefault(facts.Key));
        try
        {
            await db.SaveAsync(cancellationToken);
            _lost = 0;
        }
        catch (DbUpdateException) when (++_lost < MostLost)
        {
            // Another process has written one of these rows. Whoever writes first wins, so that of two one always gets on.
            return true;
        }

        return fresh.Count == Block;
    }

    /// <summary>
    /// Has every row made anew from its order's facts, while orders go on: rows of which there is no order are removed, and all facts count as not shown. In blocks; until the loop has gone through them, lists lack orders.
    /// </summary>
    /// <returns>How many orders there are.</returns>
    public async Task<int> RebuildAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<OrderDb>();
        var (count, last) = (0, Guid.Empty);
        for (var isFirst = true; ; isFirst = false)
        {
            var after = last;
            var all = db.Events.Where(row => row.Slot == "placed");
            var ids = await (isFirst ? all : all.Where(row => row.OrderId.CompareTo(after) > 0)).OrderBy(row => row.OrderId).Select(row => row.OrderId).Take(RebuildBlock).ToListAsync(cancellationToken);
            if (ids.Count == 0)
                break;
            (count, last) = (count + ids.Count, ids[^1]);
            Guid? from = isFirst ? null : after;
            await db.CommitAsync(
                async () =>
                {
                    // The rows first: the facts of one that is written in between are marked then, and of one that is removed all are there to be marked.
                    await RemoveAsync(db, from, ids[^1], cancellationToken);
                    await MarkAsync(db, from, ids[^1], cancellationToken);
                },
                () => Task.CompletedTask,
                cancellationToken);
            Wake();
        }

        await db.Set<OrderViewRow>().Where(row => !db.Events.Any(fact => fact.OrderId == row.Id)).ExecuteDeleteAsync(cancellationToken);
        Rebuilding(count);
        return count;
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => Failed(exception, retryIn);

    private void TryProject(OrderDb db, Guid id, List<OrderEventRow> facts, OrderViewRow? view)
    {
        try
        {
            Project(db, id, facts, view);
        }
        catch (Exception unreadable) when (unreadable is not OperationCanceledException)
        {
            Unreadable(unreadable, id, PutOff);
            foreach (var fact in facts.Where(fact => fact.UnprojectedSince is not null))
                fact.UnprojectedSince = Time.GetUtcNow() + PutOff;
        }
    }

    private static void Project(OrderDb db, Guid id, List<OrderEventRow> facts, OrderViewRow? view)
    {
        var order = OrderSnapshot.Replay(facts.Select(OrderEntry.Of));
        if (view is null)
            db.Set<OrderViewRow>().Add(view = new OrderViewRow { Id = id });
        else
            // Also where it says the same as before: whether it is still there must be checked at the commit.
            db.Set<OrderViewRow>().Update(view);
        (view.Number, view.Customer, view.Total, view.Currency, view.CreatedAt) = (order.Details.Number, order.Details.Customer.Name, order.Details.Total, order.Details.Currency, order.CreatedAt);
        (view.Status, view.Reason, view.ChangedAt, view.Facts) = (order.Status, order.Reason, order.ChangedAt, facts.Count);
        foreach (var fact in facts)
            fact.UnprojectedSince = null;
    }

    private static Task<int> MarkAsync(OrderDb db, Guid? after, Guid last, CancellationToken cancellationToken)
    {
        var rows = db.Events.Where(row => row.OrderId.CompareTo(last) <= 0 && row.UnprojectedSince == null);
        if (after is { } from)
            rows = rows.Where(row => row.OrderId.CompareTo(from) > 0);
        return rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.UnprojectedSince, row => row.At), cancellationToken);
    }

    private static Task<int> RemoveAsync(OrderDb db, Guid? after, Guid last, CancellationToken cancellationToken)
    {
        var rows = db.Set<OrderViewRow>().Where(row => row.Id.CompareTo(last) <= 0);
        if (after is { } from)
            rows = rows.Where(row => row.Id.CompareTo(from) > 0);
        return rows.ExecuteDeleteAsync(cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Information, "The rows of {Orders} orders are made anew from their facts")]
    private partial void Rebuilding(int orders);

    [LoggerMessage(3, LogLevel.Error, "Order {OrderId} cannot be read, so that lists do not show it as it is; next try in {RetryIn}")]
    private partial void Unreadable(Exception exception, Guid orderId, TimeSpan retryIn);

    [LoggerMessage(2, LogLevel.Warning, "The rows of orders could not be brought up to the facts; next try in {RetryIn}")]
    private partial void Failed(Exception exception, TimeSpan retryIn);
}
