namespace Bus.Persistence.Jobs;

/// <summary>How a run has ended, and what becomes of its job. It is written only while the job is still run under that claim.</summary>
internal sealed record EndedRun(Guid Id, long Claim, int State)
{
    /// <summary>When it is queued again; null when it is not put off.</summary>
    public long? DueAt { get; init; }

    /// <summary>1 when the handler has failed, else 0.</summary>
    public int Failures { get; init; }

    public byte[]? Result { get; init; }

    public string? Error { get; init; }

    /// <summary>How long the job is kept if this is its end, in milliseconds, 0 for ever, unless it says so itself; null when its type does not say.</summary>
    public long? KeepFor { get; init; }

    /// <summary>The line that the job is in; null when it is in none.</summary>
    public string? Line { get; init; }

    /// <summary>Whether somebody is to be told if this is the end of the job.</summary>
    public bool CallsBack { get; init; }

    /// <summary>Whether the job may be one of a batch, in which its end is counted.</summary>
    public bool IsCounted { get; init; }

    /// <summary>When the run began; what of it is kept beside the job when it has failed.</summary>
    public long StartedAt { get; init; }

    /// <summary>How long its handler ran, in milliseconds.</summary>
    public long RunMs { get; init; }

    /// <summary>How long the job had waited in its queue when its handler began, in milliseconds, as far as is known.</summary>
    public long WaitMs { get; init; }

    /// <summary>The job as it was taken; null when nobody here knows.</summary>
    public ClaimedJob? Job { get; init; }
}
