using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Bus.Benchmarks;

/// <summary>
/// Does a job and notes it where the driver counts: <c>$BENCH_LOG.n</c> a byte per job, <c>.l</c> a latency in nanoseconds per line, <c>.i</c> an id
/// per line. Without BENCH_LOG it only counts. Thread-safe.
/// </summary>
internal sealed class WorkLog : IDisposable
{
    private static readonly byte[] Dot = "."u8.ToArray();

    private readonly Appender _jobs = new("n");
    private readonly Appender _latencies = new("l");
    private readonly Appender _ids = new("i");
    private int _done;

    /// <summary>The jobs done so far, <c>sleep</c> excepted.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>When the handler of each <c>lat</c> job began.</summary>
    public ConcurrentDictionary<int, long> StartedAt { get; } = [];

    public async Task RunAsync(Job job)
    {
        var now = Stopwatch.GetTimestamp();
        switch (job.Kind)
        {
            case "noop":
                _jobs.Write(Dot);
                Interlocked.Increment(ref _done);
                break;
            case "lat":
                StartedAt[job.Id] = now;
                _latencies.WriteLine(Nanoseconds(now - job.EnqueuedAt));
                Interlocked.Increment(ref _done);
                break;
            default:
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
                _ids.WriteLine(job.Id);
                break;
        }
    }

    public void Dispose()
    {
        _jobs.Dispose();
        _latencies.Dispose();
        _ids.Dispose();
    }

    private static long Nanoseconds(long ticks) => (long)(ticks * (1e9 / Stopwatch.Frequency));

    /// <summary>Appends in one system call, so that a killed process leaves no half of an entry.</summary>
    private sealed class Appender(string suffix) : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly FileStream? _file = Environment.GetEnvironmentVariable("BENCH_LOG") is { Length: > 0 } path
            ? new FileStream($"{path}.{suffix}", FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)
            : null;

        public void WriteLine(long value) => Write(Encoding.ASCII.GetBytes($"{value}\n"));

        public void Write(byte[] bytes)
        {
            if (_file is null)
                return;
            lock (_lock)
                _file.Write(bytes);
        }

        public void Dispose() => _file?.Dispose();
    }
}
