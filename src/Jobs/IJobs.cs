namespace Bus.Jobs;

/// <summary>
/// Enqueues jobs as part of the scope's next commit, as <c>IPublishEndpoint</c> publishes: what is enqueued is there if and only if the scope's database context saves, or the handler in whose scope it is
/// succeeds. A job that the handler of another enqueues takes nothing over from that one, neither tenant nor tags nor priority: say it. Outside of both use <see cref="IJobClient"/>.
/// </summary>
public interface IJobs
{
    /// <summary>Enqueues a job.</summary>
    /// <returns>Its id; with <see cref="EnqueueOptions.Unique"/> or <see cref="EnqueueOptions.IdempotencyKey"/> the one that it has if no other is there at the commit.</returns>
    /// <exception cref="JobException">The options are wrong.</exception>
    Guid Enqueue<TArguments>(TArguments arguments, EnqueueOptions? options = null)
        where TArguments : class;

    /// <summary>Enqueues a batch of jobs, of one type or of several: it and all its jobs are there together, or not at all. For more than 10,000 use <see cref="IJobClient.EnqueueBatchAsync"/>.</summary>
    /// <param name="name">What people call it, 1 to 200 characters; several may have one name.</param>
    /// <param name="jobs">Its jobs, at most 10,000.</param>
    /// <param name="options">Callbacks, and what is said about all jobs; null for none.</param>
    /// <returns>The id of the batch.</returns>
    /// <exception cref="JobException">The name or the options are wrong, or there are too many jobs.</exception>
    Guid EnqueueBatch(string name, IEnumerable<BatchJob> jobs, JobBatchOptions? options = null);
}
