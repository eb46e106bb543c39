namespace Bus.Persistence;

/// <summary>
/// Looks at the messages that wait for their time, and changes them with an answer that <c>IMessageScheduler</c> does not give: whether it came in time. What it changes is part of a transaction that the
/// scope's context has open, or of the handler's work, and else is committed before the call returns. It does not see what the scope has scheduled and not yet saved. As thread-safe as the context: for one
/// caller at a time. Of several contexts with an outbox it serves the first.
/// </summary>
public interface ITimers
{
    /// <summary>Takes a message away.</summary>
    /// <param name="token">What <c>ScheduledMessage.TokenId</c> was.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True: it will never be sent, if the transaction commits. False: it is on its way already, was cancelled before, or never was.</returns>
    Task<bool> CancelAsync(Guid token, CancellationToken cancellationToken = default);

    /// <summary>Changes when a message is due; the past means at once. One that was given up is tried again. Another process notices within a second.</summary>
    /// <returns>False: it is on its way already, was cancelled, or never was.</returns>
    Task<bool> RescheduleAsync(Guid token, DateTimeOffset due, CancellationToken cancellationToken = default);

    /// <summary>The message that waits under this token; null if none does.</summary>
    Task<PendingTimer?> FindAsync(Guid token, CancellationToken cancellationToken = default);

    /// <summary>Those that match, the next due first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 1,000 are asked for, or fewer than one.</exception>
    Task<IReadOnlyList<PendingTimer>> ListAsync(TimerQuery query, CancellationToken cancellationToken = default);

    /// <summary>How many wait, and how many were given up because they could not be put into the outbox.</summary>
    Task<TimerCounts> CountAsync(CancellationToken cancellationToken = default);
}
