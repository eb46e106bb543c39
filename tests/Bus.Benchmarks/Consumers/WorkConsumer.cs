using MassTransit;

namespace Bus.Benchmarks.Consumers;

/// <summary>Does the counted work itself.</summary>
internal sealed class WorkConsumer(WorkLog log) : IConsumer<Job>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<Job> context) => log.RunAsync(context.Message);
}
