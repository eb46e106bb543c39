namespace Bus.Jobs;

/// <summary>Batches whose jobs are all of one type.</summary>
public static class JobBatchExtensions
{
    /// <inheritdoc cref="IJobClient.EnqueueBatchAsync"/>
    public static Task<Guid> EnqueueBatchAsync<TArguments>(
        this IJobClient client, string name, IEnumerable<TArguments> arguments, JobBatchOptions? options = null, CancellationToken cancellationToken = default)
        where TArguments : class
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.EnqueueBatchAsync(name, arguments.Select(one => new BatchJob(one)), options, cancellationToken);
    }

    /// <inheritdoc cref="IJobs.EnqueueBatch"/>
    public static Guid EnqueueBatch<TArguments>(this IJobs jobs, string name, IEnumerable<TArguments> arguments, JobBatchOptions? options = null)
        where TArguments : class
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return jobs.EnqueueBatch(name, arguments.Select(one => new BatchJob(one)), options);
    }
}
