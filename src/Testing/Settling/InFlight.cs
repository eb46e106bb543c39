namespace Bus.Testing.Settling;

/// <summary>Counts what was sent and is not yet handled, and tells when nothing is left. Thread-safe.</summary>
internal sealed class InFlight
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _idle = Signalled();
    private int _count;
    private int _total;

    /// <summary>How many there have been in all.</summary>
    public int Total
    {
        get
        {
            lock (_lock)
            {
                return _total;
            }
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    public void Add(int messages)
    {
        lock (_lock)
        {
            if (messages > 0 && _count == 0)
            {
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            _count += messages;
            _total += messages;
        }
    }

    public void Remove(int messages)
    {
        lock (_lock)
        {
            _count -= messages;
            if (_count <= 0)
            {
                _idle.TrySetResult();
            }
        }
    }

    /// <summary>Ends when the count is zero; at once if it is.</summary>
    public Task WhenIdle()
    {
        lock (_lock)
        {
            return _idle.Task;
        }
    }

    private static TaskCompletionSource Signalled()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
