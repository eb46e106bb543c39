using MassTransit;

namespace Bus.Benchmarks.Consumers;

/// <summary>Saves one row and publishes one event.</summary>
internal sealed class SaveConsumer(BenchDb db) : IConsumer<Job>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<Job> context)
    {
        db.Rows.Add(new BenchRow { Id = NewId.NextSequentialGuid(), JobId = context.Message.Id });
        await context.Publish(new JobDone(context.Message));
        await db.SaveChangesAsync(context.CancellationToken);
    }
}
