namespace Bus.Jobs.Running;

/// <summary>Waits until this process has done what it can do now.</summary>
internal interface IJobIdleness
{
    /// <summary>
    /// Returns when no job that this process can run is queued or runs. What waits for its time counts when that has come; what is paused, of other processes' types, or behind another of its key counts when it may
    /// begin. At once where this process runs none.
    /// </summary>
    Task WhenIdleAsync(CancellationToken cancellationToken);
}
