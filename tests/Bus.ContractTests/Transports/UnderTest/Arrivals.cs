namespace Bus.ContractTests.Transports.UnderTest;

/// <summary>What has come in, in its order, with a signal for those who wait for it. Thread-safe.</summary>
public sealed class Arrivals<T>
{
    private readonly Lock _gate = new();
    private readonly List<T> _items = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];

    /// <summary>A copy of what has come so far.</summary>
    public IReadOnlyList<T> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _items];
            }
        }
    }

    public void Add(T item)
    {
        lock (_gate)
        {
            _items.Add(item);
            foreach (var (_, reached) in _waiting.Where(w => w.Count <= _items.Count))
            {
                reached.TrySetResult();
            }
        }
    }

    /// <summary>Waits until <paramref name="count"/> have come, and returns all that have.</summary>
    public async Task<IReadOnlyList<T>> WaitAsync(int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_items.Count >= count)
            {
                return [.. _items];
            }

            _waiting.Add((count, reached));
        }

        try
        {
            await reached.Task.InTimeAsync();
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException($"Expected {count} to arrive, but only these did: {string.Join(", ", All)}", timeout);
        }

        return All;
    }
}
