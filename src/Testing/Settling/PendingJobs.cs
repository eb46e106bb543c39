using Bus.Jobs.Running;

namespace Bus.Testing.Settling;

/// <summary>The jobs that could run now; none where jobs were not added.</summary>
internal sealed class PendingJobs(IJobIdleness? jobs) : IPendingWork
{
    public Task WhenIdle(CancellationToken cancellationToken) => jobs?.WhenIdleAsync(cancellationToken) ?? Task.CompletedTask;
}
