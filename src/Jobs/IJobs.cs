namespace Bus.Jobs;

/// <summary>
/// Enqueues jobs as part of the scope's next commit, as <c>IPublishEndpoint</c> publishes: what is enqueued is there if and only if the scope's database context saves, or the handler in whose scope it is
/// succeeds. Outside of both use <see cref="IJobClient"/>.
/// </summary>
public interface IJobs
{
    /// <summary>Enqueues a job.</summary>
    /// <returns>Its id; with <see cref="EnqueueOptions.Unique"/> or <see cref="EnqueueOptions.IdempotencyKey"/> the one that it has if no other is there at the commit.</returns>
    /// <exception cref="JobException">The options are wrong.</exception>
    Guid Enqueue<TArguments>(TArguments arguments, EnqueueOptions? options = null)
        where TArguments : class;
}
