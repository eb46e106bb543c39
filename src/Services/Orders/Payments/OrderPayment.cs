using Bus.Contracts.Orders;
using Bus.Services.Orders.Journal;
using Bus.Services.Orders.Stock;

namespace Bus.Services.Orders.Payments;

/// <summary>Writes down what became of an order's charge. Desk and settling write the same; the slot lets only one of them.</summary>
internal sealed class OrderPayment(OrderJournal journal, StockRoom stock)
{
    /// <summary>The question to the gateway: always the same for an order.</summary>
    public static ChargeOrder ChargeOf(Guid orderId, OrderSnapshot order) => new(orderId, order.Details.Total, order.Details.Currency, order.PaymentSource);

    /// <summary>What is to be published of an order whose payment is decided; null while it is not.</summary>
    public static object? NewsOf(Guid orderId, OrderSnapshot order) => order switch
    {
        _ when order.ChargeId is not null => new OrderCharged(orderId, order.Details),
        _ when order.Status == OrderStatus.Refused => new OrderRefused(orderId, order.Reason!),
        _ => null,
    };

    /// <summary>Adds the fact. Who is declined loses the reservation with it.</summary>
    public async Task<OrderEntry> AddAsync(Guid orderId, ChargeAnswer answer, CancellationToken cancellationToken) => answer.IsTaken
        ? journal.Add(orderId, new OrderFact.Charged(answer.ChargeId))
        : await RefuseAsync(orderId, new OrderFact.Declined(answer.Reason), cancellationToken);

    /// <summary>Adds the fact that the order will not be paid for, and puts its stock back.</summary>
    public async Task<OrderEntry> RefuseAsync(Guid orderId, OrderFact fact, CancellationToken cancellationToken)
    {
        await stock.ReleaseAsync(orderId, cancellationToken);
        return journal.Add(orderId, fact);
    }
}
