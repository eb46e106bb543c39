namespace Bus.Jobs;

/// <summary>What became of jobs in a time.</summary>
public sealed record JobTally
{
    /// <summary>Jobs that succeeded.</summary>
    public long Succeeded { get; init; }

    /// <summary>Attempts that failed, the last one of a job included.</summary>
    public long Failed { get; init; }

    /// <summary>Jobs that were given up.</summary>
    public long Dead { get; init; }

    /// <summary>Jobs that were cancelled, before they ran or while they did.</summary>
    public long Cancelled { get; init; }

    /// <summary>Runs that were lost with their process.</summary>
    public long Crashed { get; init; }

    /// <summary>How long a run took on average; null when none ended.</summary>
    public TimeSpan? MeanRun { get; init; }

    /// <summary>How long a job had waited on average when its run began, from when it was queued or due; null when none ended.</summary>
    public TimeSpan? MeanWait { get; init; }

    /// <summary>How long the longest run took; null when none ended.</summary>
    public TimeSpan? LongestRun { get; init; }
}
