namespace Bus.Persistence;

/// <summary>A message that waits for its time.</summary>
/// <param name="Token">By which it is cancelled, rescheduled or replaced.</param>
/// <param name="Due">When it is to be sent.</param>
/// <param name="MessageId">The id with which it will be sent.</param>
/// <param name="Destination">Where to, as MassTransit's address.</param>
/// <param name="MessageTypes">The types that it says it has.</param>
/// <param name="ScheduledAt">When it was written, by the database's clock.</param>
/// <param name="Error">Why it was given up; null while it waits.</param>
public sealed record PendingTimer(Guid Token, DateTimeOffset Due, Guid MessageId, string Destination, IReadOnlyList<string> MessageTypes, DateTimeOffset ScheduledAt, string? Error);

/// <summary>Which timers to list. What is null is not asked for.</summary>
public sealed record TimerQuery
{
    /// <summary>A part of the address of their destination, as written there; for an event it holds the name of its type.</summary>
    public string? Destination { get; init; }

    /// <summary>Due then or later.</summary>
    public DateTimeOffset? DueFrom { get; init; }

    /// <summary>Due before then.</summary>
    public DateTimeOffset? DueBefore { get; init; }

    /// <summary>How many to leave out at the beginning. Default 0.</summary>
    public int Skip { get; init; }

    /// <summary>How many at most, 1 to 1,000. Default 100.</summary>
    public int Take { get; init; } = 100;
}

/// <summary>How many timers there are.</summary>
/// <param name="Waiting">Those that wait, overdue ones among them.</param>
/// <param name="Overdue">Those that were due more than a second ago, by the service's clock.</param>
/// <param name="Parked">Those that were given up; <see cref="IOutboxAdministration{TDbContext}.ReleaseParkedAsync"/> puts them back.</param>
/// <param name="NextDue">When the next is due; null when none waits.</param>
public sealed record TimerCounts(long Waiting, long Overdue, long Parked, DateTimeOffset? NextDue);
