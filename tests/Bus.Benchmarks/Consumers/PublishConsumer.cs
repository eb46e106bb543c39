using MassTransit;

namespace Bus.Benchmarks.Consumers;

/// <summary>Publishes one event and touches no data.</summary>
internal sealed class PublishConsumer : IConsumer<Job>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<Job> context) => context.Publish(new JobDone(context.Message));
}
