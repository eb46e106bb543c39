namespace Bus.Jobs;

/// <summary>Looks at jobs, and changes them by hand. Thread-safe.</summary>
public interface IJobOperations
{
    /// <summary>The jobs that are asked for, the newest first; those that are queued the next first, as <see cref="JobQuery"/> says. How long it takes depends on how many queues and types there are, and not on how many jobs.</summary>
    /// <exception cref="JobException">The query is wrong, or the list is of what waits and the job to go on from was removed meanwhile.</exception>
    Task<IReadOnlyList<JobSummary>> ListAsync(JobQuery query, CancellationToken cancellationToken = default);

    /// <summary>The runs of a job that failed or were lost, the oldest first; empty when there is no such job.</summary>
    Task<IReadOnlyList<JobRunSummary>> RunsAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>The lines that the handler of a job has logged, the oldest first; empty when there is no such job. Those of a run that goes on are there within a second; those of one that has ended are all there.</summary>
    /// <param name="id">The job's id.</param>
    /// <param name="after">Only lines after this <see cref="JobLogLine.Position"/>: that of the last of a page, for the next page; null from the first on.</param>
    /// <param name="take">How many, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="JobException"><paramref name="take"/> is out of its range.</exception>
    Task<IReadOnlyList<JobLogLine>> LogAsync(Guid id, long? after = null, int take = 1_000, CancellationToken cancellationToken = default);

    /// <summary>Runs a job again that has come to its end, with all attempts anew; one that waits for its time at once. One with a key that has left its line waits at the end of it.</summary>
    /// <returns>False when it is queued, held or runs, or there is none.</returns>
    /// <exception cref="JobException">Another has its name meanwhile, see <see cref="EnqueueOptions.Unique"/>: <see cref="JobException.IsConflict"/>.</exception>
    Task<bool> RunAgainAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Removes a job and what is known of its runs, with what they have logged.</summary>
    /// <returns>False when it runs, or there is none.</returns>
    Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Changes the priority, 0 to 9, of a job that has not come to its end.</summary>
    /// <returns>False when it has come to its end, or there is none.</returns>
    /// <exception cref="JobException">There is no such priority.</exception>
    Task<bool> SetPriorityAsync(Guid id, int priority, CancellationToken cancellationToken = default);

    /// <summary>
    /// Changes the arguments of a job that waits or is dead: its next run has them. One with an idempotency key keeps its own: whoever asks with that key again is promised the result of these arguments.
    /// </summary>
    /// <param name="id">The job's id.</param>
    /// <param name="arguments">The new arguments as JSON, all of them.</param>
    /// <param name="priority">Its new priority, 0 to 9, changed together with them; null to leave it.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>False when it runs, has succeeded or was cancelled, or there is none.</returns>
    /// <exception cref="JobException">They are not what its handler takes, this process has no handler to ask, the job has an idempotency key, or there is no such priority.</exception>
    Task<bool> EditAsync(Guid id, string arguments, int? priority = null, CancellationToken cancellationToken = default);

    /// <summary>Lets no process begin jobs of a group, within a second and until it is resumed. Those that run go on. To pause what is paused changes nothing.</summary>
    /// <param name="what">The kind of the group.</param>
    /// <param name="name">The name of the queue, type or tenant; empty for all.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="JobException">A name is missing, or there is one for all.</exception>
    Task PauseAsync(JobGroup what, string name = "", CancellationToken cancellationToken = default);

    /// <summary>Lets jobs of a group begin again.</summary>
    /// <returns>False when it was not paused.</returns>
    Task<bool> ResumeAsync(JobGroup what, string name = "", CancellationToken cancellationToken = default);

    /// <summary>The queues by name: those with jobs that have not succeeded, those in which one ended in the last hour, those that are paused, and those of the handlers of this process.</summary>
    Task<IReadOnlyList<JobQueueSummary>> QueuesAsync(CancellationToken cancellationToken = default);

    /// <summary>What became of jobs in a time, step by step, the oldest first; steps in which nothing ended are there, too. To the minute for two hours, then to the hour, after three days to the day.</summary>
    /// <exception cref="JobException">The query is wrong.</exception>
    Task<IReadOnlyList<JobHistoryStep>> HistoryAsync(JobHistoryQuery query, CancellationToken cancellationToken = default);

    /// <summary>Whether jobs are removed as fast as they come.</summary>
    Task<JobUpkeepStatus> UpkeepAsync(CancellationToken cancellationToken = default);

    /// <summary>What is paused.</summary>
    Task<IReadOnlyList<JobPause>> PausesAsync(CancellationToken cancellationToken = default);

    /// <summary>The batch; null when there is none. Its jobs are found by <see cref="JobQuery.Batch"/>.</summary>
    Task<JobBatchSummary?> FindBatchAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>The batches that are asked for, the newest first.</summary>
    /// <exception cref="JobException">The query is wrong.</exception>
    Task<IReadOnlyList<JobBatchSummary>> ListBatchesAsync(JobBatchQuery query, CancellationToken cancellationToken = default);

    /// <summary>Runs the dead jobs of a batch again, with all attempts anew, and no others. In blocks of 500: when it throws the earlier blocks stay.</summary>
    /// <returns>How many.</returns>
    Task<int> RetryFailedAsync(Guid batch, CancellationToken cancellationToken = default);

    /// <summary>
    /// Closes a batch if it is open, cancels those of its jobs that wait, in blocks of 500, and asks those that run to stop. Dead ones stay as they are. What it was to enqueue when done it enqueues when the last has ended.
    /// </summary>
    /// <returns>False when there is none.</returns>
    Task<bool> CancelBatchAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Says that no more jobs come to a batch whose enqueuer has died before it had added all. An enqueuer that still adds gets an error.</summary>
    /// <returns>False when it is closed, or there is none.</returns>
    Task<bool> CloseBatchAsync(Guid id, CancellationToken cancellationToken = default);
}
