namespace Bus.Jobs;

/// <summary>Where a batch of jobs is in its life.</summary>
public enum JobBatchState
{
    /// <summary>Jobs are added to it; those that are there run. When its enqueuer has died it stays so until it is closed or cancelled by hand.</summary>
    Open,

    /// <summary>All jobs were added, and not all have ended.</summary>
    Running,

    /// <summary>All have ended. It runs again when one of its jobs does.</summary>
    Done,
}
