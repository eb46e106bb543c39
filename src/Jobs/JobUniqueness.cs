namespace Bus.Jobs;

/// <summary>Until when a job keeps another of its name out.</summary>
public enum JobUniqueness
{
    /// <summary>Until it has succeeded, is dead or cancelled.</summary>
    UntilEnded,

    /// <summary>Until a process has taken it to run it.</summary>
    UntilStarted,

    /// <summary>Until it has succeeded or was cancelled: while it is dead, too, until somebody decides about it.</summary>
    UntilSettled,
}
