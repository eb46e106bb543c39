using Microsoft.Extensions.Logging;

namespace Bus.Services.Orders.Payments;

/// <summary>Stands in where no gateway is set: says of every order that it is paid for, except where the source is <c>declined</c>. Nobody is charged. Keeps nothing: the same order gets the same answer.</summary>
internal sealed partial class SandboxPaymentGateway : IPaymentGateway
{
    /// <summary>The source that is declined.</summary>
    public const string Declined = "declined";

    public SandboxPaymentGateway(ILogger<SandboxPaymentGateway> logger) => NobodyIsCharged(logger);

    public Task<ChargeAnswer> ChargeAsync(ChargeOrder charge, CancellationToken cancellationToken) =>
        Task.FromResult(charge.Source == Declined ? ChargeAnswer.Declined("The sandbox declines this source.") : ChargeAnswer.Taken($"sandbox-{charge.OrderId:N}"));

    public Task RefundAsync(Guid orderId, CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning, "No payment gateway is set: orders are accepted and nobody is charged. Set `Bus:Orders:Gateway:Url` to charge")]
    private static partial void NobodyIsCharged(ILogger logger);
}
