using Microsoft.Extensions.Hosting;

namespace Bus.Services;

/// <summary>Makes a service when the process starts and not when it is first used, so that what it has to say (that it is a sandbox) is said then.</summary>
internal sealed class MadeAtStart<TService>(TService service) : IHostedService
    where TService : class
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = service;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
