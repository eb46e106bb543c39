namespace Bus.Jobs;

/// <summary>A queue at a glance. The numbers are read one after the other, and not at one instant.</summary>
public sealed record JobQueueSummary
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Jobs that are ready and wait for a process.</summary>
    public long Waiting { get; init; }

    /// <summary>Jobs that wait for their time.</summary>
    public long Scheduled { get; init; }

    /// <summary>Jobs whose handler has failed and that wait for their next attempt.</summary>
    public long Retrying { get; init; }

    /// <summary>Jobs that wait for an earlier one of their key.</summary>
    public long Held { get; init; }

    /// <summary>Jobs that a process has taken.</summary>
    public long Running { get; init; }

    /// <summary>Jobs that were given up.</summary>
    public long Dead { get; init; }

    /// <summary>True when there are more of some than it says: of one type that waits, and of each of the other states, 100,000 are counted.</summary>
    public bool CountIsCapped { get; init; }

    /// <summary>How long the first that waits has waited since it was queued, the longest of the types; null when none waits.</summary>
    public TimeSpan? OldestWaiting { get; init; }

    /// <summary>Whether the queue is paused, or all jobs are.</summary>
    public bool IsPaused { get; init; }

    /// <summary>What became of those that ran in the last 60 minutes.</summary>
    public required JobTally LastHour { get; init; }
}
