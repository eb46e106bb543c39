namespace Bus.Persistence.Sagas;

/// <summary>
/// One asynchronous lock per key, handed over in the order of asking. A key that nobody holds takes no memory. Not re-entrant. Thread-safe.
/// </summary>
internal sealed class KeyedLock<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, Queue<TaskCompletionSource>?> _held = [];

    /// <summary>How many keys are held now.</summary>
    public int Count
    {
        get
        {
            lock (_held)
            {
                return _held.Count;
            }
        }
    }

    /// <summary>Waits until the key is free. Dispose the result, once, to pass it on.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first; the lock is not held.</exception>
    public async ValueTask<Holder> AcquireAsync(TKey key, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (_held)
        {
            if (_held.TryAdd(key, null))
            {
                return new Holder(this, key);
            }

            // Continuations run elsewhere: the one who passes the lock on must not run the next holder's work.
            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (_held[key] ??= new Queue<TaskCompletionSource>()).Enqueue(waiter);
        }

        // Either the token or the one before wins this source. A cancelled one stays in the queue and is stepped over by Release.
        await using (cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken)))
        {
            await waiter.Task;
        }

        return new Holder(this, key);
    }

    private void Release(TKey key)
    {
        lock (_held)
        {
            var waiters = _held[key];
            while (waiters is { Count: > 0 })
            {
                if (waiters.Dequeue().TrySetResult())
                {
                    return;
                }
            }

            _held.Remove(key);
        }
    }

    internal readonly struct Holder(KeyedLock<TKey> owner, TKey key) : IDisposable
    {
        public void Dispose() => owner.Release(key);
    }
}
