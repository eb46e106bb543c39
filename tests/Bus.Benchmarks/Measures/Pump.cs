using System.Diagnostics;
using Bus.Benchmarks.Producers;

namespace Bus.Benchmarks.Measures;

/// <summary>The three ways to enqueue that the driver measures.</summary>
internal static class Pump
{
    private const int BatchSize = 500;

    /// <summary>Enqueues one job a call from several tasks.</summary>
    /// <returns>Seconds until all were enqueued and the broker had confirmed them.</returns>
    public static async Task<double> EachAsync(IProducer producer, string kind, int count, int tasks)
    {
        var last = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, tasks).Select(_ => Task.Run(async () =>
        {
            for (int id; (id = Interlocked.Increment(ref last)) < count;)
                await producer.SendAsync(Job.Create(kind, id));
        })));
        await producer.FinishAsync();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Enqueues batches of 500, one after the other.</summary>
    /// <returns>Seconds until all were enqueued and the broker had confirmed them.</returns>
    public static async Task<double> BatchesAsync(IProducer producer, int count)
    {
        var started = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < count; sent += BatchSize)
            await producer.SendManyAsync(Job.CreateMany(Math.Min(BatchSize, count - sent)));
        await producer.FinishAsync();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Enqueues one job each 10 ms.</summary>
    /// <returns>When each call began and had returned: for an outbox, just after its commit.</returns>
    public static async Task<(long Called, long Returned)[]> PacedAsync(IProducer producer, int count)
    {
        var calls = new (long, long)[count];
        var started = Stopwatch.GetTimestamp();
        for (var id = 0; id < count; id++)
        {
            var early = TimeSpan.FromMilliseconds(id * 10) - Stopwatch.GetElapsedTime(started);
            if (early > TimeSpan.FromMilliseconds(1))
                await Task.Delay(early, TimeProvider.System);
            var job = Job.Create("lat", id);
            await producer.SendAsync(job);
            calls[id] = (job.EnqueuedAt, Stopwatch.GetTimestamp());
        }

        await producer.FinishAsync();
        return calls;
    }
}
