using Bus.Jobs;

namespace Bus.Benchmarks.Producers;

/// <summary>Enqueues jobs by commits of their own.</summary>
internal sealed class JobProducer(IJobClient client) : IProducer
{
    public Task SendAsync(Job job) => client.EnqueueAsync(job);

    public Task SendManyAsync(Job[] many) => client.EnqueueManyAsync(many);

    public Task FinishAsync() => Task.CompletedTask;
}
