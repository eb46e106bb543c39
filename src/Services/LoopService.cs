using Bus.Core.Loops;
using Microsoft.Extensions.Hosting;

namespace Bus.Services;

/// <summary>Starts and stops a loop with the process.</summary>
internal sealed class LoopService<TLoop>(TLoop loop) : IHostedService
    where TLoop : BackgroundLoop
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        loop.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => loop.StopAsync(cancellationToken);
}
