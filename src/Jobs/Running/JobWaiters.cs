using System.Collections.Concurrent;

namespace Bus.Jobs.Running;

/// <summary>Those who wait for the end of jobs in this process. Thread-safe.</summary>
internal sealed class JobWaiters
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiters = new();

    /// <summary>Ends when this process has seen the job end. Several may wait for one job.</summary>
    public Task WhenEnded(Guid id) => _waiters.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Wakes those who wait.</summary>
    public void Tell(Guid id)
    {
        if (!_waiters.IsEmpty && _waiters.TryRemove(id, out var waiter))
            waiter.TrySetResult();
    }
}
