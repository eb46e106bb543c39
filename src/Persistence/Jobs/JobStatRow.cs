namespace Bus.Persistence.Jobs;

/// <summary>What became of the runs of one queue and type in one span of time, as one writer saw it. Rows are added to by prepared SQL, and folded into longer spans as they grow old; the class maps the table.</summary>
public sealed class JobStatRow
{
    /// <summary>How many minutes it is about: 1, 60 or 1,440.</summary>
    public int Span { get; set; }

    /// <summary>When the span began, in minutes since 1970.</summary>
    public int Minute { get; set; }

    /// <summary>The queue.</summary>
    public string Queue { get; set; } = "";

    /// <summary>The type.</summary>
    public string Type { get; set; } = "";

    /// <summary>Who wrote it: each writer has rows of its own, so that none waits for another. Empty when it is folded.</summary>
    public string Node { get; set; } = "";

    /// <summary>Runs that ended, however, hand-backs excepted: what the times are of.</summary>
    public long Runs { get; set; }

    /// <summary>Jobs that succeeded.</summary>
    public long Succeeded { get; set; }

    /// <summary>Attempts that failed, the last one of a job included.</summary>
    public long Failed { get; set; }

    /// <summary>Jobs that were given up.</summary>
    public long Dead { get; set; }

    /// <summary>Jobs that were cancelled, before they ran or while they did.</summary>
    public long Cancelled { get; set; }

    /// <summary>Runs that were lost with their process.</summary>
    public long Crashed { get; set; }

    /// <summary>How long the runs took together, in milliseconds.</summary>
    public long RunMs { get; set; }

    /// <summary>How long they had waited together from when they were queued, in milliseconds.</summary>
    public long WaitMs { get; set; }

    /// <summary>How long the longest run took, in milliseconds.</summary>
    public long MaxRunMs { get; set; }
}
