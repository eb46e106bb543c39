using Bus.Contracts.Orders;
using Bus.Services.Orders.Journal;
using Bus.Services.Orders.Payments;
using Bus.Services.Orders.Stock;
using MassTransit;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Checkout;

/// <summary>
/// Takes orders in. What is ordered is reserved and written down first, in one commit with the first word to the saga; then the money is taken; then that is written down. Whatever dies in between, the saga has the rest
/// settled. On PostgreSQL an order is eight round trips: products, rows, messages, commit; the gateway; rows, messages, commit. One per scope.
/// </summary>
internal sealed partial class OrderDesk(
    OrderDb db, OrderJournal journal, StockRoom stock, OrderPayment payment, IPaymentGateway gateway, IPublishEndpoint bus, IOptions<OrderOptions> options, TimeProvider clock, ILogger<OrderDesk> logger)
{
    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(24);

    /// <summary>Places an order and has it charged. Where the key was used for the same before, it is that order: one that is pending still is charged now.</summary>
    /// <returns>The order and its state: paid for, refused, or pending, where the gateway has not said which.</returns>
    /// <exception cref="OrderRejectedException">Nothing was placed.</exception>
    public async Task<(Guid Id, OrderSnapshot Order)> PlaceAsync(CheckedOrder asked, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        try
        {
            // From here on the order is there whether the caller waits for it or not.
            return (id, await ChargeAsync(id, await SubmitAsync(id, asked, key, cancellationToken)));
        }
        catch (Exception refused) when (key is not null && refused is DbUpdateException or OrderRejectedException)
        {
            // Somebody has used the key before, or does so now and has won; the stock may have gone with that very order. Any other error comes out.
            if (await FirstUseAsync(key.Value, cancellationToken) is not { } first)
                throw;
            return await RepeatAsync(first, asked, key, cancellationToken);
        }
    }

    private async Task<OrderSnapshot> SubmitAsync(Guid id, CheckedOrder asked, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        OrderEntry placed = null!;
        OrderDetails details = null!;
        await db.CommitAsync(
            async () =>
            {
                var products = await stock.LockAsync(asked.Quantities.Select(line => line.Sku), cancellationToken);
                var (lines, total) = OrderPricing.Price(asked, products);
                details = new OrderDetails(OrderNumber.Of(id), asked.Customer, asked.Address, lines, asked.Currency, total);
                stock.Reserve(id, lines, products);
                placed = journal.Add(id, new OrderFact.Placed(details, asked.PaymentSource));
                if (key is { } used)
                    db.Set<OrderKeyRow>().Add(new OrderKeyRow { KeyHash = used.Hash, RequestHash = asked.Hash, OrderId = id, ExpiresAt = clock.GetUtcNow() + KeyLifetime });
            },
            () => bus.Publish(new OrderSubmitted(id, details), cancellationToken),
            cancellationToken);
        return OrderSnapshot.Replay([placed]);
    }

    private async Task<OrderSnapshot> ChargeAsync(Guid id, OrderSnapshot pending)
    {
        try
        {
            var answer = await gateway.TryChargeAsync(OrderPayment.ChargeOf(id, pending), CancellationToken.None);
            return await RecordAsync(id, pending, answer);
        }
        catch (PaymentUnknownException silent)
        {
            StillUnknown(silent, id, options.Value.SettleAfter);
            return pending;
        }
    }

    private async Task<OrderSnapshot> RecordAsync(Guid id, OrderSnapshot pending, ChargeAnswer answer)
    {
        var order = pending;
        try
        {
            await db.CommitAsync(
                async () => order = OrderSnapshot.Replay([.. pending.Entries, await payment.AddAsync(id, answer, CancellationToken.None)]),
                () => bus.Publish(OrderPayment.NewsOf(id, order)!),
                CancellationToken.None);
            return order;
        }
        catch (DbUpdateException)
        {
            // Another call with the same key, or the settling, has written the same before. It has told the saga, too.
            return await journal.RequireAsync(id, CancellationToken.None);
        }
    }

    private Task<OrderKeyRow?> FirstUseAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        var hash = key.Hash;
        return db.Set<OrderKeyRow>().AsNoTracking().SingleOrDefaultAsync(row => row.KeyHash == hash, cancellationToken);
    }

    private async Task<(Guid Id, OrderSnapshot Order)> RepeatAsync(OrderKeyRow first, CheckedOrder asked, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        if (first.ExpiresAt <= clock.GetUtcNow())
        {
            await db.Set<OrderKeyRow>().Where(row => row.KeyHash == first.KeyHash && row.OrderId == first.OrderId).ExecuteDeleteAsync(cancellationToken);
            return await PlaceAsync(asked, key, cancellationToken);
        }

        if (first.RequestHash != asked.Hash)
        {
            throw new OrderRejectedException(
                StatusCodes.Status409Conflict, "The idempotency key stands for another order", $"This Idempotency-Key was used within the last 24 hours for something else, which became order {first.OrderId:D}. Use a new key for a new order.");
        }

        var order = await journal.RequireAsync(first.OrderId, cancellationToken);
        // Near the time at which the settling has it voided, and after that, nobody else may have it charged.
        var isOurs = order.Status == OrderStatus.Pending && !order.Has<OrderFact.Voiding>() && clock.GetUtcNow() - order.CreatedAt < options.Value.GiveUpAfter - (2 * options.Value.ChargeWithin);
        return (first.OrderId, isOurs ? await ChargeAsync(first.OrderId, order) : order);
    }

    [LoggerMessage(1, LogLevel.Warning, "Whether order {OrderId} is paid for is not known yet; it is settled in the background after {SettleAfter}")]
    private partial void StillUnknown(Exception exception, Guid orderId, TimeSpan settleAfter);
}
