using Bus.Jobs;

namespace Bus.Benchmarks.Consumers;

/// <summary>Does the work as a job, and returns something that is stored.</summary>
internal sealed class WorkHandler(WorkLog log) : IJobHandler<Job, int>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(Job arguments, JobRun run)
    {
        await log.RunAsync(arguments);
        return arguments.Id;
    }
}
