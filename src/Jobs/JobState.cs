namespace Bus.Jobs;

/// <summary>Where a job is in its life.</summary>
public enum JobState
{
    /// <summary>Waits for its time.</summary>
    Scheduled,

    /// <summary>Waits for a worker.</summary>
    Queued,

    /// <summary>A worker has it.</summary>
    Running,

    /// <summary>Its handler has returned. Final.</summary>
    Succeeded,

    /// <summary>Its handler has failed, and it waits for its next attempt.</summary>
    Retrying,

    /// <summary>It is given up; <see cref="JobSummary.Error"/> says why. Final, until it is run again by hand.</summary>
    Dead,

    /// <summary>Somebody has cancelled it. Final, until it is run again by hand.</summary>
    Cancelled,

    /// <summary>Waits for an earlier job of its key.</summary>
    Held,
}
