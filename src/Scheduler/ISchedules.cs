namespace Bus.Scheduler;

/// <summary>
/// Looks at the recurring schedules and changes them at run time. Every change is committed before its call returns, in a transaction of its own. Thread-safe.
/// </summary>
public interface ISchedules
{
    /// <summary>Those that match, by name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 1,000 are asked for, or fewer than one.</exception>
    Task<IReadOnlyList<ScheduleSummary>> ListAsync(ScheduleQuery query, CancellationToken cancellationToken = default);

    /// <summary>One schedule; null if there is none of this name.</summary>
    Task<ScheduleSummary?> FindAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Its next instants as planned, without jitter, whether it is paused or not; none when it has finished or retired.</summary>
    /// <param name="name">The name.</param>
    /// <param name="count">How many at most, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ScheduleException">There is none of this name.</exception>
    Task<IReadOnlyList<DateTimeOffset>> NextAsync(string name, int count, CancellationToken cancellationToken = default);

    /// <summary>Its runs, the newest first.</summary>
    /// <param name="name">The name. One that does not exist has no runs, and one that was deleted keeps none.</param>
    /// <param name="count">How many at most, 1 to 1,000.</param>
    /// <param name="before">Only those planned before; null for the newest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<ScheduleRunSummary>> RunsAsync(string name, int count, DateTimeOffset? before = null, CancellationToken cancellationToken = default);

    /// <summary>Makes a schedule.</summary>
    /// <exception cref="ScheduleException">The definition is wrong, the type of the message is not allowed, or the name is taken.</exception>
    Task CreateAsync<T>(string name, ScheduleDefinition definition, T message, CancellationToken cancellationToken = default)
        where T : class;

    /// <summary>Makes a schedule of a message that is given as JSON.</summary>
    /// <param name="name">The name.</param>
    /// <param name="definition">When it fires and how.</param>
    /// <param name="messageType">A type that <see cref="SchedulesBuilder.AllowMessage{T}"/> or a declared schedule allows, as MassTransit names it: <c>urn:message:Namespace:Type</c>.</param>
    /// <param name="message">The message as JSON.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ScheduleException">The definition is wrong, the type of the message is not allowed, the JSON is no such message, or the name is taken.</exception>
    Task CreateAsync(string name, ScheduleDefinition definition, string messageType, string message, CancellationToken cancellationToken = default);

    /// <summary>Changes when it fires and how, or its message. Its next instant is the first after now; what was due before is left out. A declared one stays as edited until its declaration changes.</summary>
    /// <param name="name">The name.</param>
    /// <param name="change">From the definition as it is to the one that it is to be.</param>
    /// <param name="message">The message of the same type as JSON; null leaves it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ScheduleException">There is none of this name, or the definition or message is wrong.</exception>
    Task EditAsync(string name, Func<ScheduleDefinition, ScheduleDefinition> change, string? message = null, CancellationToken cancellationToken = default);

    /// <summary>Stops it from firing until it is resumed. Nothing happens to one that is paused already.</summary>
    /// <exception cref="ScheduleException">There is none of this name, or it has finished or retired.</exception>
    Task PauseAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Lets it fire again, from its next instant on: those in between are left out.</summary>
    /// <exception cref="ScheduleException">There is none of this name, or it has finished or retired.</exception>
    Task ResumeAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Removes it with its runs. What it has sent already is handled.</summary>
    /// <exception cref="ScheduleException">There is none of this name, or the code declares it: then take it out of the code, or pause it.</exception>
    Task DeleteAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Fires it once now, whatever its state and policies, and without a change of its plan.</summary>
    /// <returns>The run.</returns>
    /// <exception cref="ScheduleException">There is none of this name, or its message cannot be made.</exception>
    Task<ScheduledRun> RunNowAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Fires the planned instants of a range of the past that were not fired: all at once, the oldest first, whatever the overlap policy. Its plan does not change.</summary>
    /// <param name="name">The name.</param>
    /// <param name="from">The first instant that counts.</param>
    /// <param name="until">The end; not later than now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many were fired.</returns>
    /// <exception cref="ScheduleException">There is none of this name, the range is wrong or holds more than 1,000 instants, or its message cannot be made.</exception>
    Task<int> BackfillAsync(string name, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default);
}
