using Bus.Contracts.Orders;
using Bus.Services.Orders.Journal;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Payments;

/// <summary>
/// Answers <see cref="SettlePayment"/> with <see cref="OrderCharged"/> or <see cref="OrderRefused"/>: asks the gateway the same question as the desk did, which gets the same answer. While the gateway says nothing it
/// comes back after <see cref="OrderOptions.SettleAfter"/>, for as long as it takes: money may be taken. Past <see cref="OrderOptions.GiveUpAfter"/>, or where the customer has cancelled meanwhile, it has the charge voided
/// instead: that this is decided is committed before the gateway is asked, so that nobody can write any more that it was charged. Only when the gateway has confirmed is the order refused.
/// </summary>
internal sealed partial class SettlePaymentConsumer(
    Aside aside, OrderJournal journal, OrderPayment payment, IPaymentGateway gateway, IOptions<OrderOptions> options, TimeProvider clock, ILogger<SettlePaymentConsumer> logger) : IConsumer<SettlePayment>
{
    private const string NoAnswer = "The payment could not be confirmed in time. Nothing was charged, or it was given back.";

    public async Task Consume(ConsumeContext<SettlePayment> context)
    {
        var (id, token) = (context.Message.OrderId, context.CancellationToken);
        var order = await aside.RequireAsync(id, token);
        if (OrderPayment.NewsOf(id, order) is not { } news)
        {
            if (MustVoid(order) && !order.Has<OrderFact.Voiding>())
            {
                // Commits with this message's end; the next one voids.
                journal.Add(id, new OrderFact.Voiding());
                await context.Publish(context.Message, token);
                return;
            }

            if (await SettleAsync(id, order, token) is not { } entry)
            {
                await context.SchedulePublish(clock.GetUtcNow().UtcDateTime + options.Value.SettleAfter, context.Message, token);
                return;
            }

            news = OrderPayment.NewsOf(id, OrderSnapshot.Replay([.. order.Entries, entry]))!;
        }

        await context.Publish(news, news.GetType(), token);
    }

    // Of an order that was cancelled while it was charged the desk has the word for as long as it asks.
    private bool MustVoid(OrderSnapshot order) => clock.GetUtcNow() - order.CreatedAt >= (order.Has<OrderFact.Cancelled>() ? options.Value.ChargeWithin : options.Value.GiveUpAfter);

    /// <returns>The fact that was added; null while the gateway says nothing.</returns>
    private async Task<OrderEntry?> SettleAsync(Guid id, OrderSnapshot order, CancellationToken cancellationToken)
    {
        try
        {
            if (!order.Has<OrderFact.Voiding>())
                return order.Has<OrderFact.Cancelled>() ? null : await payment.AddAsync(id, await gateway.TryChargeAsync(OrderPayment.ChargeOf(id, order), cancellationToken), cancellationToken);
            await gateway.TryRefundAsync(id, cancellationToken);
            return await payment.RefuseAsync(id, new OrderFact.GivenUp(NoAnswer), cancellationToken);
        }
        catch (PaymentUnknownException silent)
        {
            StillUnknown(silent, id, options.Value.SettleAfter);
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Whether order {OrderId} is paid for is still unknown; next look in {RetryIn}")]
    private partial void StillUnknown(Exception exception, Guid orderId, TimeSpan retryIn);
}
