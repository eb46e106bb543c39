using Bus.Services.Orders.Payments;
using Xunit;

namespace Bus.UnitTests.Services.Orders;

public class When_a_gateway_fails_in_its_own_way
{
    private static readonly ChargeOrder Charge = new(Guid.NewGuid(), 100, "EUR", null);

    public static TheoryData<Exception> Errors => [new InvalidOperationException("Out of paper."), new TaskCanceledException("Out of patience."), new FormatException("Out of its mind.")];

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Should_say_no_more_than_that_nobody_knows(Exception error)
    {
        IPaymentGateway gateway = new Failing(error);
        var charge = await Assert.ThrowsAsync<PaymentUnknownException>(() => gateway.TryChargeAsync(Charge, CancellationToken.None));
        var refund = await Assert.ThrowsAsync<PaymentUnknownException>(() => gateway.TryRefundAsync(Charge.OrderId, CancellationToken.None));
        Assert.Equal($"The payment gateway has not said what became of the charge of order {Charge.OrderId:D}: {error.Message}", charge.Message);
        Assert.Contains($"the refund of order {Charge.OrderId:D}", refund.Message, StringComparison.Ordinal);
        Assert.Same(error, charge.InnerException);
    }

    [Fact]
    public async Task Should_stop_with_whoever_asks()
    {
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        IPaymentGateway gateway = new Failing(new OperationCanceledException(stopped.Token));
        await Assert.ThrowsAsync<OperationCanceledException>(() => gateway.TryChargeAsync(Charge, stopped.Token));
    }

    private sealed class Failing(Exception error) : IPaymentGateway
    {
        public Task<ChargeAnswer> ChargeAsync(ChargeOrder charge, CancellationToken cancellationToken) => Task.FromException<ChargeAnswer>(error);

        public Task RefundAsync(Guid orderId, CancellationToken cancellationToken) => Task.FromException(error);
    }
}
