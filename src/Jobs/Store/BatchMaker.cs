using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;

namespace Bus.Jobs.Store;

/// <summary>Makes the records of new batches. Thread-safe.</summary>
internal sealed class BatchMaker(JobMaker maker)
{
    private const int LongestName = 200;

    /// <summary>The batch itself, open and without jobs.</summary>
    /// <exception cref="JobException">The name or the options are wrong.</exception>
    public NewBatch Make(string name, JobBatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(name);
        JobMaker.RequireLength(name, LongestName, nameof(name));
        JobMaker.RequireLength(options.Jobs?.Tenant, 190, nameof(EnqueueOptions.Tenant));
        return new NewBatch(options.Id ?? maker.NewId(), name, 0, IsClosed: false, Callback(options.OnFirstFailure), Callback(options.OnDone), Callback(options.OnSucceeded)) { Tenant = options.Jobs?.Tenant };
    }

    /// <summary>The jobs of a batch.</summary>
    /// <exception cref="JobException">What is said about one is wrong.</exception>
    public OutboxRecord[] MakeJobs(IEnumerable<BatchJob> jobs, JobBatchOptions options, Guid batch) => [.. jobs.Select(job => MakeJob(job, job.Options ?? options.Jobs ?? new EnqueueOptions(), batch))];

    /// <summary>What adds a batch with its first jobs; with the callbacks of one that ends as it is added.</summary>
    public IReadOnlyList<OutboxRecord> Open(NewBatch batch, JobBatchOptions options, OutboxRecord[] jobs, bool closes)
    {
        var added = JobMaker.Record(batch.Id, batch: batch with { Total = jobs.Length, IsClosed = closes });
        if (jobs.Length > 0 || !closes)
            return [added, .. jobs];
        return [added, .. new[] { options.OnDone, options.OnSucceeded }.OfType<BatchCallback>().Select(callback => MakeCallback(callback, options.Jobs?.Tenant))];
    }

    private OutboxRecord MakeJob(BatchJob job, EnqueueOptions options, Guid batch)
    {
        if (options is { Unique: not null } or { IdempotencyKey: not null } or { UniqueBy.Count: > 0 })
            throw new JobException("A job of a batch can have neither `Unique`, `UniqueBy` nor `IdempotencyKey`: it would wait for what was not added. Give the batch an `Id` to keep it from being added twice.");
        return maker.MakeAny(job.Arguments, options, batch);
    }

    private OutboxRecord MakeCallback(BatchCallback callback, string? tenant) => maker.MakeAny(callback.Arguments, new EnqueueOptions { Queue = callback.Queue, Tenant = tenant });

    private NewCallback? Callback(BatchCallback? callback) => callback is not null && MakeCallback(callback, null).Job is { } job ? new NewCallback(job.Type, job.Queue, job.Arguments) : null;
}
