namespace Bus.Persistence;

/// <summary>
/// What nobody could handle: messages that were given up or that no consumer of their endpoint wanted, and dead jobs. Each act commits by itself. Thread-safe.
/// </summary>
public interface IDeadLetters
{
    /// <summary>The letters that are asked for, the newest first.</summary>
    /// <exception cref="DeadLetterException">The query is wrong.</exception>
    Task<DeadLetterPage> ListAsync(DeadLetterQuery query, CancellationToken cancellationToken = default);

    /// <summary>How many letters are asked for, exactly: the dry run of what is done with many. Of a query without a state it counts the open ones.</summary>
    /// <exception cref="DeadLetterException">The query is wrong, or searches bodies.</exception>
    Task<long> CountAsync(DeadLetterQuery query, CancellationToken cancellationToken = default);

    /// <summary>A letter with body and headers; null when there is none.</summary>
    Task<DeadLetter?> FindAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>The causes with their counts, the last seen first; at most 1,000.</summary>
    /// <param name="status">Those with this status; null for all.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlyList<DeadLetterGroup>> GroupsAsync(DeadLetterGroupStatus? status = null, CancellationToken cancellationToken = default);

    /// <summary>Says how far somebody is with a cause.</summary>
    /// <returns>False when there is no such group.</returns>
    /// <exception cref="DeadLetterException">The owner's name is longer than 200 characters.</exception>
    Task<bool> EditGroupAsync(Guid id, DeadLetterGroupStatus status, string? owner, string? note, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends a message again to the queue it failed on, and to no other subscriber, byte for byte, with its headers but without those of the failure; the header <c>Bus-Replay-Of</c> names the letter. Of any number of calls
    /// one sends it. A job is run again with all attempts anew. What fails again comes back as a new letter.
    /// </summary>
    /// <param name="id">The letter.</param>
    /// <param name="body">What is sent in the place of the body, or of the job's arguments; null for these.</param>
    /// <param name="queue">Another queue to send it to; null for the one it failed on. Not for jobs.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>False when it is not open any more, or there is none.</returns>
    /// <exception cref="DeadLetterException">The body is no JSON where it was; a job should go to another queue, or is not dead any more; there is no such queue, as far as the transport can say.</exception>
    Task<bool> ReplayAsync(Guid id, ReadOnlyMemory<byte>? body = null, string? queue = null, CancellationToken cancellationToken = default);

    /// <summary>Closes a letter that is not needed. A dead job stays dead.</summary>
    /// <returns>False when it is not open any more, or there is none.</returns>
    /// <exception cref="DeadLetterException">There is no reason.</exception>
    Task<bool> DiscardAsync(Guid id, string reason, CancellationToken cancellationToken = default);

    /// <summary>Replays all open letters that are asked for, in the background, in the order in which they came. It survives the end of this process.</summary>
    /// <param name="query">Which; those of closed ones that it finds are left.</param>
    /// <param name="pace">How carefully; null for all at once.</param>
    /// <param name="queue">Another queue to send all of them to; null for the one on which each failed. Jobs run in their own queues: of a query without a kind it takes the messages.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="DeadLetterException">The query or the pace is wrong; that is no name of a queue, the query asks for jobs, or there is no such queue, as far as the transport can say.</exception>
    Task<DeadLetterOperation> StartReplayAsync(DeadLetterQuery query, DeadLetterPace? pace = null, string? queue = null, CancellationToken cancellationToken = default);

    /// <summary>Discards all open letters that are asked for, likewise.</summary>
    /// <exception cref="DeadLetterException">The query or the pace is wrong, or there is no reason.</exception>
    Task<DeadLetterOperation> StartDiscardAsync(DeadLetterQuery query, string reason, DeadLetterPace? pace = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Looks anew, in the background, for the fields that <see cref="DeadLetterOptions.SearchFields"/> declares in this process in the bodies of the letters that are asked for, closed ones too: of letters that were stored before a field was
    /// declared. It reads each body once, whichever process carries it out.
    /// </summary>
    /// <exception cref="DeadLetterException">The query or the pace is wrong, or no field is declared.</exception>
    Task<DeadLetterOperation> StartIndexAsync(DeadLetterQuery query, DeadLetterPace? pace = null, CancellationToken cancellationToken = default);

    /// <summary>How far such an operation is; null when there is none.</summary>
    Task<DeadLetterOperation?> FindOperationAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>The last 100 operations, the newest first.</summary>
    Task<IReadOnlyList<DeadLetterOperation>> OperationsAsync(CancellationToken cancellationToken = default);

    /// <summary>Lets an operation go on that has paused after its first letters.</summary>
    /// <returns>False when it has not paused, or there is none.</returns>
    Task<bool> ContinueAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Stops an operation; what it has done stays done.</summary>
    /// <returns>False when it has ended, or there is none.</returns>
    Task<bool> StopAsync(Guid id, CancellationToken cancellationToken = default);
}
