using MassTransit;

namespace Bus.Benchmarks.Consumers;

/// <summary>Does the counted work of the event.</summary>
internal sealed class DoneConsumer(WorkLog log) : IConsumer<JobDone>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<JobDone> context) => log.RunAsync(context.Message.Job);
}
