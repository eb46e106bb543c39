using Bus.Services.Orders.Payments;
using Microsoft.Extensions.Hosting;

namespace Bus.Services.Orders.Records;

/// <summary>Starts and stops the loops of orders with the process.</summary>
/// <param name="projector">Keeps the rows of lists up.</param>
/// <param name="cleanup">Forgets keys.</param>
/// <param name="gateway">Made now, so that a process that charges nobody says so when it starts.</param>
internal sealed class OrderService(OrderProjector projector, OrderCleanup cleanup, IPaymentGateway gateway) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = gateway;
        projector.Start();
        cleanup.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(projector.StopAsync(cancellationToken), cleanup.StopAsync(cancellationToken));
}
