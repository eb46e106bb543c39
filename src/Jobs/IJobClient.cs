namespace Bus.Jobs;

/// <summary>Enqueues jobs by a commit of its own, and follows them. Thread-safe.</summary>
public interface IJobClient
{
    /// <summary>Enqueues a job, and returns when it is on disk.</summary>
    /// <returns>Its id; that of the job that is there already, where <see cref="EnqueueOptions.Unique"/> or <see cref="EnqueueOptions.IdempotencyKey"/> find one.</returns>
    /// <exception cref="JobException">The options are wrong, or the idempotency key belongs to other arguments.</exception>
    Task<Guid> EnqueueAsync<TArguments>(TArguments arguments, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArguments : class;

    /// <summary>Enqueues a job of a type that this process has a handler for, by the name of the type, and returns when it is on disk.</summary>
    /// <param name="type">What <see cref="JobTypeOptions.Name"/> says, by default the full name of the type of the arguments.</param>
    /// <param name="arguments">The arguments as JSON; a member that they do not have is refused.</param>
    /// <param name="options">What is said about it; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Its id; that of the job that is there already, where <see cref="EnqueueOptions.Unique"/> or <see cref="EnqueueOptions.IdempotencyKey"/> find one.</returns>
    /// <exception cref="JobException">There is no such type here, these are no arguments of it, the options are wrong, or the idempotency key belongs to other arguments.</exception>
    Task<Guid> EnqueueAsync(string type, string arguments, EnqueueOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Enqueues many, in blocks of 1,000, and returns when all are on disk. When it throws those of earlier blocks stay.</summary>
    /// <exception cref="JobException">The options are wrong, or name one job: <see cref="EnqueueOptions.Unique"/> and <see cref="EnqueueOptions.IdempotencyKey"/> are for a single one; with <see cref="EnqueueOptions.UniqueBy"/> each has its name, and of one that is there already its id is returned.</exception>
    Task<IReadOnlyList<Guid>> EnqueueManyAsync<TArguments>(IEnumerable<TArguments> arguments, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArguments : class;

    /// <summary>
    /// Enqueues a batch of jobs, of one type or of several, in blocks of 1,000 with a commit each, and returns when all are on disk. Those of a block may run while the next is added. When it throws, or the process
    /// dies, after the first block the batch stays open with what was added: close or cancel it (<see cref="IJobOperations.CloseBatchAsync"/>). A batch without jobs is done, with its callbacks, as it is added.
    /// </summary>
    /// <param name="name">What people call it, 1 to 200 characters; several may have one name.</param>
    /// <param name="jobs">Its jobs; they are asked for block by block.</param>
    /// <param name="options">Callbacks, and what is said about all jobs; null for none.</param>
    /// <param name="cancellationToken">Ends the enqueueing between two blocks.</param>
    /// <returns>The id of the batch.</returns>
    /// <exception cref="JobException">The name or the options are wrong, there is a batch of that id, or it was closed while it was filled.</exception>
    Task<Guid> EnqueueBatchAsync(string name, IEnumerable<BatchJob> jobs, JobBatchOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>The job; null when there is none.</summary>
    Task<JobSummary?> FindAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Waits until the job has come to its end, and returns its result.</summary>
    /// <exception cref="JobException">It is dead or cancelled, or there is none.</exception>
    Task<TResult?> ResultAsync<TResult>(Guid id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Follows a job: how it is now, then what changes, with what its handler logs, until it has come to its end or is deleted. What happens in this process is seen at once, what happens in others within half a
    /// second; of changes in short succession only the last may be seen, of lines all. It reads only as fast as its caller does.
    /// </summary>
    /// <param name="id">The job's id.</param>
    /// <param name="afterLine">Only lines after this <see cref="JobLogLine.Position"/>; null from the first on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="JobException">There is no such job.</exception>
    IAsyncEnumerable<JobChange> WatchAsync(Guid id, long? afterLine = null, CancellationToken cancellationToken = default);

    /// <summary>Cancels a job: one that waits at once, one that runs as soon as its handler heeds its token, within about a second.</summary>
    /// <returns>False when it has come to its end already, or there is none.</returns>
    Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken = default);
}
