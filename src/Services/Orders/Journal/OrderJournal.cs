using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Orders.Journal;

/// <summary>The facts of orders. One per scope.</summary>
internal sealed class OrderJournal(OrderDb db, TimeProvider clock)
{
    /// <summary>The order as it is in the database now; null if there is none.</summary>
    public async Task<OrderSnapshot?> ReadAsync(Guid orderId, CancellationToken cancellationToken)
    {
        var rows = await db.Events.AsNoTracking().Where(row => row.OrderId == orderId).ToListAsync(cancellationToken);
        return rows.Count == 0 ? null : OrderSnapshot.Replay(rows.Select(OrderEntry.Of));
    }

    /// <summary>The order, of which a message says that it is there.</summary>
    /// <exception cref="OrderMissingException">There is none.</exception>
    public async Task<OrderSnapshot> RequireAsync(Guid orderId, CancellationToken cancellationToken) =>
        await ReadAsync(orderId, cancellationToken) ?? throw new OrderMissingException(orderId);

    /// <summary>
    /// Adds a fact. It commits with the consumer, or with <see cref="OrderDb.SaveAsync"/>; a slot that is taken is a <see cref="DbUpdateException"/> there: read again, and see who was first.
    /// </summary>
    public OrderEntry Add(Guid orderId, OrderFact fact)
    {
        // As the table keeps it.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        db.Events.Add(new OrderEventRow { OrderId = orderId, Slot = fact.Slot, Name = fact.Name, Body = OrderFacts.Write(fact), At = now, UnprojectedSince = now });
        return new OrderEntry(fact, now);
    }
}
