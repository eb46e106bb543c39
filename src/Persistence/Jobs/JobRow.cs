namespace Bus.Persistence.Jobs;

/// <summary>A job. The row is the truth about it. Rows are written and taken by prepared SQL; the class maps the table; instants are Unix milliseconds.</summary>
public sealed class JobRow
{
    /// <summary>Its id, made by who enqueued it.</summary>
    public Guid Id { get; set; }

    /// <summary>What its handler is found by.</summary>
    public string Type { get; set; } = "";

    /// <summary>Where it waits.</summary>
    public string Queue { get; set; } = "";

    /// <summary>Its arguments as JSON.</summary>
    public byte[] Arguments { get; set; } = [];

    /// <summary>0 scheduled, 1 queued, 2 running, 3 succeeded, 4 retrying, 5 dead, 6 cancelled, 7 held.</summary>
    public int State { get; set; }

    /// <summary>0 to 9.</summary>
    public int Priority { get; set; }

    /// <summary>Its place in the queue, the lowest first: when it was queued, in Unix microseconds, less what its priority is worth.</summary>
    public long Rank { get; set; }

    /// <summary>When it is queued; null when it does not wait for its time.</summary>
    public long? DueAt { get; set; }

    /// <summary>How often its handler has failed.</summary>
    public int Attempts { get; set; }

    /// <summary>How often it was taken to be run. With each run it grows: what an earlier run still wants to write is refused.</summary>
    public long Claims { get; set; }

    /// <summary>How often its process died while it ran.</summary>
    public int Crashes { get; set; }

    /// <summary>The lease of the process that runs it; null while none does.</summary>
    public Guid? OwnerId { get; set; }

    /// <summary>The process that ran it last.</summary>
    public string? Node { get; set; }

    /// <summary>Whether its run is asked to stop.</summary>
    public bool CancelRequested { get; set; }

    /// <summary>When it was enqueued.</summary>
    public long CreatedAt { get; set; }

    /// <summary>When it was taken last.</summary>
    public long? StartedAt { get; set; }

    /// <summary>When it came to its end; null while it has not.</summary>
    public long? EndedAt { get; set; }

    /// <summary>If it has not begun by then it is dead; null for no such time.</summary>
    public long? StartBefore { get; set; }

    /// <summary>How long a run of it may take, in milliseconds; null for what its handler says.</summary>
    public long? Timeout { get; set; }

    /// <summary>Its queue, a colon and its key; null when it has none. See <see cref="JobLineRow"/>.</summary>
    public string? OrderKey { get; set; }

    /// <summary>What becomes of its line when it is dead: 0 waits, 1 goes on, 2 it is never given up.</summary>
    public int OrderPolicy { get; set; }

    /// <summary>Its type, a colon and its name, of which there is one; null when it has none, or counts no longer.</summary>
    public string? UniqueKey { get; set; }

    /// <summary>The same while it counts and when it does no longer: what it takes again when it is run again.</summary>
    public string? UniqueName { get; set; }

    /// <summary>Until when it counts: 0 until it has ended, 1 until it has begun, 2 until it has succeeded or was cancelled.</summary>
    public int UniqueWhile { get; set; }

    /// <summary>Until when it counts, whatever its state; null for what <see cref="UniqueWhile"/> says.</summary>
    public long? UniqueUntil { get; set; }

    /// <summary>Until when it is kept at least; null when it was not asked for.</summary>
    public long? KeptUntil { get; set; }

    /// <summary>How long it is kept after it has succeeded or was cancelled, in milliseconds: 0 for ever, null for as long as jobs are kept that say nothing.</summary>
    public long? KeepFor { get; set; }

    /// <summary>When it may be removed, by <see cref="KeepFor"/>: the database computes it. Null while it has not ended, and where that does not say.</summary>
    public long? RemoveAt { get; set; }

    /// <summary>What it is found by, as a JSON array of text; null for nothing. See <see cref="JobTagRow"/>.</summary>
    public string? Tags { get; set; }

    /// <summary>The address that is told when it has come to its end; null for none.</summary>
    public string? Callback { get; set; }

    /// <summary>The batch that it belongs to; null when it belongs to none.</summary>
    public Guid? BatchId { get; set; }

    /// <summary>Whose it is; null when it is nobody's.</summary>
    public string? Tenant { get; set; }

    /// <summary>Of the row of a message that a plain consumer handles: the message as it was sent first; null for a job. Such a row has no owner and no time that it waits for, so that nobody takes, queues or rescues it.</summary>
    public Guid? MessageId { get; set; }

    /// <summary>Whose inbox knows that message; null for a job.</summary>
    public Guid? ConsumerId { get; set; }

    /// <summary>What it counts under for limits per key; null for its <see cref="Tenant"/>, and for nothing when it has none.</summary>
    public string? LimitKey { get; set; }

    /// <summary>What its handler returned, as JSON; null when it returned nothing, or has not.</summary>
    public byte[]? Result { get; set; }

    /// <summary>Why its last run failed.</summary>
    public string? Error { get; set; }

    /// <summary>How much of it is done, in percent.</summary>
    public int? Progress { get; set; }

    /// <summary>What its handler says about that.</summary>
    public string? Note { get; set; }
}
