namespace Bus.Persistence.Jobs;

/// <summary>A run of a job that did not end it: it failed, was lost with its process, or was handed back. The class maps the table; instants are Unix milliseconds.</summary>
public sealed class JobRunRow
{
    /// <summary>Whose.</summary>
    public Guid JobId { get; set; }

    /// <summary>The number of the claim.</summary>
    public long Claim { get; set; }

    /// <summary>0 failed, 1 lost with its process, 2 timed out, 3 cancelled.</summary>
    public int Outcome { get; set; }

    /// <summary>Where it ran.</summary>
    public string? Node { get; set; }

    /// <summary>When it was taken.</summary>
    public long? StartedAt { get; set; }

    /// <summary>When it ended, or was found lost.</summary>
    public long EndedAt { get; set; }

    /// <summary>The exception with its stack.</summary>
    public string? Error { get; set; }
}
