using Bus.Persistence;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Benchmarks.Producers;

/// <summary>Sends through the outbox: a scope and one <c>SaveChanges</c> per call.</summary>
internal sealed class OutboxProducer(IServiceProvider services) : IProducer
{
    public Task SendAsync(Job job) => SendManyAsync([job]);

    public async Task SendManyAsync(Job[] jobs)
    {
        await using var scope = services.CreateAsyncScope();
        var endpoint = await scope.ServiceProvider.GetRequiredService<ISendEndpointProvider>().GetSendEndpoint(Peer.Address);
        foreach (var job in jobs)
            await endpoint.Send(job);
        await scope.ServiceProvider.GetRequiredService<BenchDb>().SaveChangesAsync();
    }

    public Task FinishAsync() => services.GetRequiredService<IOutboxAdministration<BenchDb>>().WaitUntilDrainedAsync(CancellationToken.None);
}
