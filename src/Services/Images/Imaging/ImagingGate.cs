namespace Bus.Services.Images.Imaging;

/// <summary>
/// Bounds what imaging takes of a process: at most <c>Concurrency</c> images at a time over all steps, off the threads that receive
/// messages, and never two that are decoded whole and large. One instance a process.
/// </summary>
internal sealed class ImagingGate(int concurrency, long largeBytes) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(concurrency);
    private readonly SemaphoreSlim _large = new(1);
    private readonly ImagingThreads _threads = new(concurrency);

    /// <summary>Runs work on a thread of low priority once there is room for it.</summary>
    /// <param name="decodeBytes">About how much memory the work takes, see <see cref="ImageInfo.DecodeBytes"/>.</param>
    /// <param name="work">Synchronous, as native code is.</param>
    /// <param name="cancellationToken">Ends the wait; the work sees to itself.</param>
    public async Task<T> RunAsync<T>(long decodeBytes, Func<T> work, CancellationToken cancellationToken)
    {
        // Large ones queue before they take a slot, so that small ones pass them.
        var large = decodeBytes >= largeBytes;
        if (large)
            await _large.WaitAsync(cancellationToken);
        try
        {
            await _slots.WaitAsync(cancellationToken);
            try
            {
                return await _threads.RunAsync(work, cancellationToken);
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            if (large)
                _large.Release();
        }
    }

    // The semaphores stay: whoever waits for one would wait for ever. They get their turn and are refused then. Neither holds anything that needs a release.
    public void Dispose() => _threads.Dispose();
}
