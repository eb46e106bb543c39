using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
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
    private int _pending;

    /// <summary>Runs work on one of the threads; its exception is the task's.</summary>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var flow = ExecutionContext.Capture();
        Add(() =>
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                completion.SetResult(InFlow(flow, work));
            }
            catch (OperationCanceledException cancelled) when (cancelled.CancellationToken == cancellationToken)
            {
                completion.SetCanceled(cancellationToken);
            }
            catch (Exception exception)
            {
                completion.SetException(exception);
            }
        });
        return completion.Task;
    }

    /// <summary>Takes no more work. What it has taken is still done.</summary>
    public void Dispose()
    {
        lock (_lock)
            _work.CompleteAdding();
    }

    private static T InFlow<T>(ExecutionContext? flow, Func<T> work)
    {
        if (flow is null)
            return work();
        var result = default(T)!;
        ExecutionContext.Run(flow, _ => result = work(), null);
        return result;
    }

    private void Add(Action work)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_work.IsAddingCompleted, this);
            _work.Add(work, CancellationToken.None);
            if (++_pending <= _started || _started == count)
                return;
            _started++;
        }

        // Without the caller's ambient state: the thread would keep the unit of work and the trace of the first message for ever, and act in their name.
        new Thread(Loop) { IsBackground = true, Name = "imaging", Priority = ThreadPriority.BelowNormal }.UnsafeStart();
    }

    private void Loop()
    {
        LowerPriority();
        while (RunNext())
        {
            NativeAllocator.Trim();
            lock (_lock)
                _pending--;
        }
    }

    // A method of its own: a local of the loop would keep the last work, and the image in it, while the thread waits for the next.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RunNext()
    {
        if (!_work.TryTake(out var work, Timeout.Infinite))
            return false;
        work();
        return true;
    }

    // .NET leaves thread priorities alone on Linux. There the kernel keeps a nice value for each thread, and libvips's own threads inherit it.
    private static void LowerPriority()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetPriority(which: 0, ThisThread, Nice);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library by another name: the images are made all the same, and nothing may end the process here.
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, int who, int priority);
}
