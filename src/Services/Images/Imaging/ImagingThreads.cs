using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Bus.Services.Images.Imaging;

/// <summary>
/// Threads of low priority for work that keeps a processor busy for a good part of a second: uploads and messages are answered first, also where one process does
/// both. Started as they are needed, at most <c>count</c>. Thread-safe.
/// </summary>
internal sealed partial class ImagingThreads(int count) : IDisposable
{
    private const int ThisThread = 0;
    private const int Nice = 10;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Lock _lock = new();
    private int _started;
    private volatile int _idle;

    /// <summary>Runs work on one of the threads; its exception is the task's.</summary>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        EnsureThread();
        _work.Add(
            () =>
            {
                try
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    completion.SetResult(work());
                }
                catch (OperationCanceledException cancelled) when (cancelled.CancellationToken == cancellationToken)
                {
                    completion.SetCanceled(cancellationToken);
                }
                catch (Exception exception)
                {
                    completion.SetException(exception);
                }
            },
            CancellationToken.None);
        return completion.Task;
    }

    public void Dispose() => _work.CompleteAdding();

    private void EnsureThread()
    {
        lock (_lock)
        {
            if (_started == count || _idle > _work.Count)
                return;
            _started++;
            new Thread(Loop) { IsBackground = true, Name = "imaging", Priority = ThreadPriority.BelowNormal }.Start();
        }
    }

    private void Loop()
    {
        // .NET leaves thread priorities alone on Linux. There the kernel keeps a nice value for each thread, and libvips's own threads inherit it.
        if (OperatingSystem.IsLinux())
            _ = SetPriority(which: 0, ThisThread, Nice);
        while (true)
        {
            Interlocked.Increment(ref _idle);
            var more = _work.TryTake(out var work, Timeout.Infinite);
            Interlocked.Decrement(ref _idle);
            if (!more)
                return;
            work!();
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, int who, int priority);
}
