namespace Bus.Persistence.Jobs;

/// <summary>Enqueues the jobs that schedules fire, as part of the scope's next commit. Scoped; there only where the service has jobs.</summary>
internal interface IScheduledJobs
{
    /// <param name="arguments">Of a job.</param>
    /// <param name="queue">Null for that of its type.</param>
    /// <returns>The job's id.</returns>
    Guid Enqueue(object arguments, string? queue);
}
