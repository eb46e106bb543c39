namespace Bus.Jobs.Running;

/// <summary>
/// The least threads of a pool, as the services of a process need them: what one asks for comes on top of what is there already, and goes again with it. Thread-safe.
/// </summary>
/// <param name="read">The pool's minimum.</param>
/// <param name="write">Sets it; false when the pool refuses.</param>
internal sealed class ThreadFloor(Func<int> read, Func<int, bool> write)
{
    /// <summary>That of the process's own pool.</summary>
    public static readonly ThreadFloor OfProcess = new(
        () =>
        {
            ThreadPool.GetMinThreads(out var threads, out _);
            return threads;
        },
        threads =>
        {
            ThreadPool.GetMinThreads(out _, out var ports);
            return ThreadPool.SetMinThreads(threads, ports);
        });

    private readonly Lock _lock = new();

    /// <summary>Adds threads until the answer is disposed of. What the pool refuses is not added.</summary>
    public IDisposable Raise(int threads)
    {
        lock (_lock)
            return new Share(this, write(read() + threads) ? threads : 0);
    }

    private void Lower(int threads)
    {
        lock (_lock)
            write(Math.Max(1, read() - threads));
    }

    private sealed class Share(ThreadFloor floor, int threads) : IDisposable
    {
        private int _left = threads;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 0) is > 0 and var left)
                floor.Lower(left);
        }
    }
}
