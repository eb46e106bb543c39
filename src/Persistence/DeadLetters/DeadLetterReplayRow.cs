namespace Bus.Persistence.DeadLetters;

/// <summary>What was asked for many dead letters. The class maps the table; instants are Unix milliseconds.</summary>
public sealed class DeadLetterReplayRow
{
    /// <summary>Its id.</summary>
    public Guid Id { get; set; }

    /// <summary>0 replays, 1 discards, 2 indexes.</summary>
    public int Action { get; set; }

    /// <summary>0 running, 1 paused, 2 stopped, 3 done.</summary>
    public int State { get; set; }

    /// <summary>Which letters, as JSON.</summary>
    public string Query { get; set; } = "{}";

    /// <summary>After how many it pauses; null for not at all.</summary>
    public int? Canary { get; set; }

    /// <summary>How many a second at most; null for as many as it can.</summary>
    public int? PerSecond { get; set; }

    /// <summary>Where the letters are sent to; null for where each failed.</summary>
    public string? Queue { get; set; }

    /// <summary>Why they are discarded, or by which fields they are indexed.</summary>
    public string? Reason { get; set; }

    /// <summary>How many there were when it began.</summary>
    public long Matched { get; set; }

    /// <summary>How many of them it has replayed, discarded or indexed.</summary>
    public long Succeeded { get; set; }

    /// <summary>How many could not be.</summary>
    public long Failed { get; set; }

    /// <summary>How many stayed open because there is no queue to send them to.</summary>
    public long Refused { get; set; }

    /// <summary>Why the last of these could not be.</summary>
    public string? Error { get; set; }

    /// <summary>The last letter it has looked at; null before the first.</summary>
    public Guid? Position { get; set; }

    /// <summary>When it was asked for. Letters that came later are not its affair.</summary>
    public long CreatedAt { get; set; }

    /// <summary>When it was stopped, or done; null while it is neither.</summary>
    public long? EndedAt { get; set; }
}
