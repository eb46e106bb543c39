namespace Bus.Jobs;

/// <summary>What has changed about a job since one looked last.</summary>
public sealed record JobChange
{
    /// <summary>Where it is in its life.</summary>
    public required JobState State { get; init; }

    /// <summary>How often its handler has failed.</summary>
    public int Attempts { get; init; }

    /// <summary>How much of it is done, in percent; null when its handler has not said.</summary>
    public int? Progress { get; init; }

    /// <summary>What its handler says about that.</summary>
    public string? Note { get; init; }

    /// <summary>Why its last run failed.</summary>
    public string? Error { get; init; }

    /// <summary>When it came to its end.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What its handler has logged since.</summary>
    public IReadOnlyList<JobLogLine> Lines { get; init; } = [];

    /// <summary>Whether nothing follows: the job has come to its end, and all lines were there.</summary>
    public bool IsLast { get; init; }
}
