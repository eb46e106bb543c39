namespace Bus.Persistence.Schedules;

/// <summary>A recurring schedule, and the next of its instants. The class maps the table; instants are Unix milliseconds.</summary>
public sealed class ScheduleRow
{
    /// <summary>Its name, unique in the database.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its identity: another schedule that gets the name later has another. The ids of its messages are made of it.</summary>
    public Guid Id { get; set; }

    /// <summary>When it fires and how, as JSON.</summary>
    public string Definition { get; set; } = "";

    /// <summary>The type of the message that it fires, as MassTransit names it.</summary>
    public string MessageType { get; set; } = "";

    /// <summary>The message as JSON.</summary>
    public string Message { get; set; } = "";

    /// <summary>0 active, 1 paused, 2 finished: no instant is left, 3 retired: the code declares it no more.</summary>
    public int State { get; set; }

    /// <summary>Which program declared it; null when it was made at run time.</summary>
    public string? DeclaredBy { get; set; }

    /// <summary>The revision of the declarations that it is from. A lower one does not change it.</summary>
    public int Revision { get; set; }

    /// <summary>The hash of what was declared, so that what was edited at run time stays until the code changes; null when it was made at run time.</summary>
    public string? Fingerprint { get; set; }

    /// <summary>From where intervals are counted.</summary>
    public long AnchorAt { get; set; }

    /// <summary>The last planned instant that was dealt with: the next comes after it.</summary>
    public long LastAt { get; set; }

    /// <summary>The next planned instant; null when there is none.</summary>
    public long? NextAt { get; set; }

    /// <summary>When to look at it next; null when it is paused, finished or retired.</summary>
    public long? DueAt { get; set; }

    /// <summary>How often it has fired by its plan.</summary>
    public long Runs { get; set; }

    /// <summary>Runs planned before it are in the history no more.</summary>
    public long HistoryFrom { get; set; }

    /// <summary>The planned instant of the run that has not ended, where the overlap policy asks for it.</summary>
    public long? ActiveRun { get; set; }

    /// <summary>When that run was fired.</summary>
    public long? ActiveSince { get; set; }

    /// <summary>The planned instant that waits for the end of that run.</summary>
    public long? WaitingAt { get; set; }

    /// <summary>Why it could not be fired; null when all is well.</summary>
    public string? Error { get; set; }

    /// <summary>Grows by one with every change.</summary>
    public long Version { get; set; }
}
