using System.Collections.Concurrent;

namespace Bus.Jobs.Running;

/// <summary>Those who wait in this process for what becomes of jobs. Thread-safe.</summary>
internal sealed class JobWaiters
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiters = new();

    /// <summary>Ends when this process has seen the job end, get on or log something: time to look at it. Several may wait for one job.</summary>
    public Task WhenTold(Guid id) => _waiters.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Wakes those who wait.</summary>
    public void Tell(Guid id)
    {
        if (!_waiters.IsEmpty && _waiters.TryRemove(id, out var waiter))
            waiter.TrySetResult();
    }
}
