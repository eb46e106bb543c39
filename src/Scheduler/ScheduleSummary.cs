namespace Bus.Scheduler;

/// <summary>A schedule as it is now.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Whether it fires.</param>
/// <param name="Definition">When it fires and how.</param>
/// <param name="MessageType">The type of its message, as MassTransit names it.</param>
/// <param name="Message">The message as JSON.</param>
/// <param name="DeclaredBy">The program that declares it; null when it was made at run time.</param>
/// <param name="NextAt">The next instant as planned; null when none is left.</param>
/// <param name="DueAt">When it is looked at next: the next instant and its jitter; null when it does not fire.</param>
/// <param name="Runs">How often it has fired by its plan.</param>
/// <param name="RunningSince">When the run was fired that has not ended; null when there is none, and where overlap is allowed.</param>
/// <param name="WaitingAt">The instant that waits for the end of that run; null when none does.</param>
/// <param name="Error">Why it cannot be fired; null when all is well.</param>
public sealed record ScheduleSummary(
    string Name,
    ScheduleState State,
    ScheduleDefinition Definition,
    string MessageType,
    string Message,
    string? DeclaredBy,
    DateTimeOffset? NextAt,
    DateTimeOffset? DueAt,
    long Runs,
    DateTimeOffset? RunningSince,
    DateTimeOffset? WaitingAt,
    string? Error);

/// <summary>One instant of a schedule, and what became of it.</summary>
/// <param name="PlannedAt">The planned instant; of a run that somebody asked for, when he did.</param>
/// <param name="Kind">Why it was fired.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="MessageId">The id of its message; null when none was sent.</param>
/// <param name="FiredAt">When the message was handed to the outbox, or the instant given up.</param>
/// <param name="Lateness">How much later than planned that was, jitter included.</param>
/// <param name="EndedAt">When a handler ended; null while none has.</param>
/// <param name="Duration">How long that handler took, retries included; null while none has ended.</param>
/// <param name="Note">What went wrong, or why nothing was sent; null when there is nothing to say.</param>
public sealed record ScheduleRunSummary(
    DateTimeOffset PlannedAt, RunKind Kind, RunOutcome Outcome, Guid? MessageId, DateTimeOffset FiredAt, TimeSpan Lateness, DateTimeOffset? EndedAt, TimeSpan? Duration, string? Note);

/// <summary>Which schedules to list. What is null is not asked for.</summary>
public sealed record ScheduleQuery
{
    /// <summary>A part of the name.</summary>
    public string? Name { get; init; }

    /// <summary>In this state.</summary>
    public ScheduleState? State { get; init; }

    /// <summary>Only those that cannot be fired now, or are late. Default false.</summary>
    public bool Troubled { get; init; }

    /// <summary>How many to leave out at the beginning. Default 0.</summary>
    public int Skip { get; init; }

    /// <summary>How many at most, 1 to 1,000. Default 100.</summary>
    public int Take { get; init; } = 100;
}
