using MassTransit;

namespace Bus.Benchmarks.Producers;

/// <summary>Sends to the broker; each call returns with its confirm.</summary>
internal sealed class DirectProducer(IBus bus) : IProducer
{
    public async Task SendAsync(Job job) => await (await bus.GetSendEndpoint(Peer.Address)).Send(job);

    public async Task SendManyAsync(Job[] jobs) => await (await bus.GetSendEndpoint(Peer.Address)).SendBatch(jobs);

    public Task FinishAsync() => Task.CompletedTask;
}
