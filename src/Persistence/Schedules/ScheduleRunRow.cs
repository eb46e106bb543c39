namespace Bus.Persistence.Schedules;

/// <summary>One instant of a schedule, and what became of it. The class maps the table; instants are Unix milliseconds.</summary>
public sealed class ScheduleRunRow
{
    /// <summary>The name of the schedule.</summary>
    public string Schedule { get; set; } = "";

    /// <summary>The planned instant; of a run that somebody asked for, when he did.</summary>
    public long PlannedAt { get; set; }

    /// <summary>0 planned, 1 asked for. With the schedule and the instant it is the key: an instant is fired once.</summary>
    public int Kind { get; set; }

    /// <summary>0 fired, 1 succeeded, 2 failed, 3 skipped, 4 missed, 5 cancelled, 6 lost.</summary>
    public int Outcome { get; set; }

    /// <summary>The id of the message; null when none was sent.</summary>
    public Guid? MessageId { get; set; }

    /// <summary>When the message was handed to the outbox, or the instant given up.</summary>
    public long FiredAt { get; set; }

    /// <summary>When a handler ended; null while none has.</summary>
    public long? EndedAt { get; set; }

    /// <summary>How long the handler took, in milliseconds.</summary>
    public long? Duration { get; set; }

    /// <summary>Whether the handler is asked to stop.</summary>
    public bool CancelRequested { get; set; }

    /// <summary>What went wrong, or why nothing was sent.</summary>
    public string? Note { get; set; }
}
