namespace Bus.Services.Orders.Payments;

/// <summary>Who takes the money. Register another to use a provider's own library. Thread-safe.</summary>
public interface IPaymentGateway
{
    /// <summary>
    /// Takes the money, once an order however often it is asked: the order's id is the reference under which the gateway answers what it answered before.
    /// </summary>
    /// <exception cref="PaymentUnknownException">Nobody knows whether the money was taken. Ask again.</exception>
    Task<ChargeAnswer> ChargeAsync(ChargeOrder charge, CancellationToken cancellationToken);

    /// <summary>Gives back what was taken for the order, if anything was; from then on nothing can be taken for it any more. Asked twice it changes nothing.</summary>
    /// <exception cref="PaymentUnknownException">Nobody knows whether it was given back. Ask again.</exception>
    Task RefundAsync(Guid orderId, CancellationToken cancellationToken);
}
