namespace Bus.Jobs;

/// <summary>What is said about a batch of jobs. Each callback is enqueued once, by the commit that brings it about.</summary>
public sealed record JobBatchOptions
{
    /// <summary>Its id; null, the default, for a new one. There can be one batch of an id: give one to know it beforehand, or so that a request that is made again is refused.</summary>
    public Guid? Id { get; init; }

    /// <summary>What is said about those of its jobs that do not say it themselves; null for the defaults. Its <see cref="EnqueueOptions.Tenant"/> is that of the callbacks, too; nothing else of it is.</summary>
    public EnqueueOptions? Jobs { get; init; }

    /// <summary>Enqueued when one of the jobs is dead for the first time; null for nothing.</summary>
    public BatchCallback? OnFirstFailure { get; init; }

    /// <summary>Enqueued when all were added and each has succeeded, is dead or was cancelled; null for nothing. Once, though some are run again afterwards.</summary>
    public BatchCallback? OnDone { get; init; }

    /// <summary>Enqueued when all were added and have succeeded, if need be by being run again; null for nothing.</summary>
    public BatchCallback? OnSucceeded { get; init; }
}
