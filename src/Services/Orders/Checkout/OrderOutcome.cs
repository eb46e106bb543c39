using Bus.Contracts.Orders;
using Bus.Services.Orders.Journal;
using MassTransit;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Orders.Checkout;

/// <summary>
/// Decides how an order ends: cancelled by its customer or shipped by the warehouse. Both are facts of one slot: whoever is first has it, and the other is told so. To ask again for what is already so is no error, and tells nobody again. One per scope.
/// </summary>
internal sealed class OrderOutcome(OrderDb db, OrderJournal journal, IPublishEndpoint bus)
{
    /// <returns>The order; null if there is none.</returns>
    /// <exception cref="OrderRejectedException">It cannot be cancelled any more.</exception>
    public Task<OrderSnapshot?> CancelAsync(Guid id, string reason, CancellationToken cancellationToken) =>
        DecideAsync(id, new OrderFact.Cancelled(reason), new OrderCancelled(id, reason), order => WhyNotCancel(id, order), cancellationToken);

    /// <returns>The order; null if there is none.</returns>
    /// <exception cref="OrderRejectedException">It may not be shipped, or not yet.</exception>
    public Task<OrderSnapshot?> ShipAsync(Guid id, CancellationToken cancellationToken) =>
        DecideAsync(id, new OrderFact.Shipped(), new OrderShipped(id), order => WhyNotShip(id, order), cancellationToken);

    private async Task<OrderSnapshot?> DecideAsync<TFact, TNews>(Guid id, TFact fact, TNews news, Func<OrderSnapshot, string?> whyNot, CancellationToken cancellationToken)
        where TFact : OrderFact
        where TNews : class
    {
        for (var isSecondLook = false; ; isSecondLook = true)
        {
            var order = await journal.ReadAsync(id, cancellationToken);
            if (order is null || order.Has<TFact>())
                return order;
            if (whyNot(order) is { } reason)
                throw new OrderRejectedException(StatusCodes.Status409Conflict, $"The order cannot be {fact.Name}", reason);
            try
            {
                OrderEntry entry = null!;
                await db.CommitAsync(() => Task.FromResult(entry = journal.Add(id, fact)), () => bus.Publish(news, cancellationToken), cancellationToken);
                return OrderSnapshot.Replay([.. order.Entries, entry]);
            }
            catch (DbUpdateException) when (!isSecondLook)
            {
                // Somebody was first: the second look says who.
            }
        }
    }

    private static string? WhyNotCancel(Guid id, OrderSnapshot order) => order.Status switch
    {
        OrderStatus.Shipped => $"Order {id:D} has been shipped. Send it back instead.",
        OrderStatus.Refused => $"Order {id:D} was refused and nothing is charged: {order.Reason}",
        OrderStatus.Undoing or OrderStatus.Undone => $"Order {id:D} is {order.Status} already{(order.Reason is { } reason ? $": {reason}" : ".")}",
        _ => null,
    };

    private static string? WhyNotShip(Guid id, OrderSnapshot order) => order.Status switch
    {
        OrderStatus.Completed => null,
        OrderStatus.Pending or OrderStatus.Accepted => $"Order {id:D} is {order.Status}, and may be undone yet. Keep the parcel, and ask again once {Http.OrderEndpoints.Root}/{id:D} says completed.",
        _ => $"Order {id:D} is {order.Status}{(order.Reason is { } reason ? $" ({reason})" : "")}. Do not send the parcel; put its contents back.",
    };
}
