namespace Bus.Jobs;

/// <summary>
/// Runs jobs of one type together, as many as there are up to <see cref="JobTypeOptions.BatchSize"/>: one call, in a scope of its own. What it changes by the scope's database context, what it publishes and what it
/// enqueues commit together with the ends of all of them. When the claim of one of them is lost to another process nothing of the call is kept, and the others are handed back without a spent attempt. A job that has failed
/// twice, or whose process died, comes alone from then on, so that one that cannot succeed does not spoil others for ever.
/// </summary>
/// <typeparam name="TArguments">What a job is told: a record that can be written as JSON.</typeparam>
public interface IJobBatchHandler<TArguments>
    where TArguments : class
{
    /// <summary>Does the work of all. To throw is to fail an attempt of each; to fail one, and keep what was done for the others, say so to the item.</summary>
    /// <param name="items">The jobs, at least one.</param>
    /// <param name="cancellationToken">Cancelled when it takes too long, one of them is taken to be lost, or the process stops; not when one of them is cancelled.</param>
    Task RunAsync(IReadOnlyList<JobItem<TArguments>> items, CancellationToken cancellationToken);
}
