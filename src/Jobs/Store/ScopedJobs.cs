using Bus.Persistence.Inbox;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Jobs.Store;

/// <summary>Hands jobs to the handler's unit of work, or to the scope's outbox. Scoped.</summary>
internal sealed class ScopedJobs<TDbContext>(IServiceProvider scope, JobMaker maker, BatchMaker batches) : IJobs, IScheduledJobs
    where TDbContext : DbContext
{
    private const int LargestBatch = 10_000;

    public Guid Enqueue<TArguments>(TArguments arguments, EnqueueOptions? options = null)
        where TArguments : class
    {
        var record = maker.Make(arguments, options ?? new EnqueueOptions());
        Add(record);
        return record.MessageId;
    }

    Guid IScheduledJobs.Enqueue(object arguments, string? queue)
    {
        var record = maker.MakeAny(arguments, new EnqueueOptions { Queue = queue });
        Add(record);
        return record.MessageId;
    }

    public Guid EnqueueBatch(string name, IEnumerable<BatchJob> jobs, JobBatchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        options ??= new JobBatchOptions();
        var batch = batches.Make(name, options);
        var members = batches.MakeJobs(jobs.Take(LargestBatch + 1), options, batch.Id);
        if (members.Length > LargestBatch)
            throw new JobException($"The batch `{name}` has more than {LargestBatch:N0} jobs, which is too much for one commit: enqueue it with `IJobClient.EnqueueBatchAsync`.");
        foreach (var record in batches.Open(batch, options, members, closes: true))
            Add(record);
        return batch.Id;
    }

    private void Add(OutboxRecord record)
    {
        // A consumer's unit commits by itself what was handed to it; a job's, and a request's, is committed by the context.
        if (ConsumeUnit<TDbContext>.Current is { IsOfMessage: true } unit && unit.Owns(scope.GetRequiredService<TDbContext>()))
            unit.Add(record);
        else
            scope.GetRequiredService<OutboxBuffer<TDbContext>>().Add(record);
    }
}
