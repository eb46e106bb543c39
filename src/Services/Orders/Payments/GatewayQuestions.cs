namespace Bus.Services.Orders.Payments;

/// <summary>How a gateway is asked, whoever has written it: an error of whatever kind says no more than that nobody knows.</summary>
internal static class GatewayQuestions
{
    /// <inheritdoc cref="IPaymentGateway.ChargeAsync"/>
    public static Task<ChargeAnswer> TryChargeAsync(this IPaymentGateway gateway, ChargeOrder charge, CancellationToken cancellationToken) =>
        AskAsync(() => gateway.ChargeAsync(charge, cancellationToken), $"the charge of order {charge.OrderId:D}", cancellationToken);

    /// <inheritdoc cref="IPaymentGateway.RefundAsync"/>
    public static Task TryRefundAsync(this IPaymentGateway gateway, Guid orderId, CancellationToken cancellationToken) => AskAsync(
        async () =>
        {
            await gateway.RefundAsync(orderId, cancellationToken);
            return true;
        },
        $"the refund of order {orderId:D}",
        cancellationToken);

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (Exception error) when (error is not PaymentUnknownException && !cancellationToken.IsCancellationRequested)
        {
            throw new PaymentUnknownException($"The payment gateway has not said what became of {what}: {error.Message}", error);
        }
    }
}
