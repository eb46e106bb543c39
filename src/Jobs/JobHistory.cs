namespace Bus.Jobs;

/// <summary>Of which jobs and which time the history is asked for. What is null is not asked for.</summary>
public sealed record JobHistoryQuery
{
    /// <summary>Of that queue.</summary>
    public string? Queue { get; init; }

    /// <summary>With that name of their type.</summary>
    public string? Type { get; init; }

    /// <summary>From then on; null for the hour before <see cref="To"/>. The first step begins at the multiple of <see cref="Step"/> before it.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Until then; null for now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>How long a step is: whole minutes, default 1, and at most 10,000 steps. What is older than two hours is known by the hour, and than three days by the day (UTC): it stands in the step in which that begins.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>What became of jobs in one step of a history.</summary>
/// <param name="From">When the step begins.</param>
/// <param name="Tally">What became of them.</param>
public sealed record JobHistoryStep(DateTimeOffset From, JobTally Tally);
