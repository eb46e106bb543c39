using System.Collections.Concurrent;
using System.Diagnostics;
using Bus.Persistence;
using Bus.Scheduler;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.Benchmarks.Measures;

/// <summary>A message that is to come at a time.</summary>
public sealed record Wake(long DueAt, int Id);

/// <summary>How late each came, in milliseconds.</summary>
internal sealed class Lateness
{
    private readonly ConcurrentQueue<double> _all = new();

    public int Count => _all.Count;

    public void Add(double late) => _all.Enqueue(late);

    public double[] Take()
    {
        var taken = _all.ToArray();
        _all.Clear();
        Array.Sort(taken);
        return taken;
    }
}

internal sealed class WakeConsumer(Lateness lateness) : IConsumer<Wake>
{
    public Task Consume(ConsumeContext<Wake> context)
    {
        lateness.Add((TimeProvider.System.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(context.Message.DueAt)).TotalMilliseconds);
        return Task.CompletedTask;
    }
}

/// <summary>Timers: how fast they are set and cancelled, what many cost in memory, and how late they come.</summary>
internal static class TimerMeasure
{
    private const int SingleCallers = 16;
    private const int BulkCallers = 4;
    private const int Batch = 500;
    private static readonly Uri Queue = new("queue:wake");

    /// <param name="peer">On which transport and database.</param>
    /// <param name="pending">How many wait meanwhile, due in a year.</param>
    public static async Task<object> MeasureAsync(string peer, int pending)
    {
        using var host = await Peer.StartAsync(peer, bus =>
        {
            bus.UseDatabase<BenchDb>();
            bus.Services.AddSingleton<Lateness>();
            bus.Registration.AddConsumer<WakeConsumer>().Endpoint(endpoint => endpoint.Name = "wake");
            bus.AddSchedules();
        });
        var far = TimeProvider.System.GetUtcNow().AddYears(1).UtcDateTime;
        await SetAsync(host, 1000, 1, _ => far);
        await BurstAsync(host, 1000);
        var idle = await IdleAsync(host, 200);
        var single = await SetAsync(host, 20_000, 1, _ => far);
        var before = Memory();
        var allocated = GC.GetTotalAllocatedBytes();
        var bulk = await SetAsync(host, pending, Batch, number => far.AddMilliseconds(number));
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        var after = Memory();
        var cancels = await CancelAsync(host, far, 1000);
        var idleBeside = await IdleAsync(host, 200);
        var burst = await BurstAsync(host, 10_000);
        return new
        {
            single_per_s = Math.Round(single),
            bulk_per_s = Math.Round(bulk),
            allocated_per_timer = allocated / pending,
            memory_mb_more = Math.Round(after - before),
            cancel_p50_ms = At(cancels, 50),
            cancel_p99_ms = At(cancels, 99),
            idle_late_p50_ms = At(idle, 50),
            idle_late_p99_ms = At(idle, 99),
            idle_beside_p99_ms = At(idleBeside, 99),
            burst_late_p50_ms = At(burst, 50),
            burst_late_p99_ms = At(burst, 99),
        };
    }

    private static double At(double[] sorted, int percent) => Math.Round(sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)], 1);

    /// <returns>How many a second.</returns>
    private static async Task<double> SetAsync(IHost host, int count, int batch, Func<int, DateTime> due)
    {
        var since = Stopwatch.GetTimestamp();
        var next = -batch;
        await Task.WhenAll(Enumerable.Range(0, batch == 1 ? SingleCallers : BulkCallers).Select(_ => Task.Run(async () =>
        {
            for (var first = Interlocked.Add(ref next, batch); first < count; first = Interlocked.Add(ref next, batch))
            {
                await using var scope = host.Services.CreateAsyncScope();
                var scheduler = scope.ServiceProvider.GetRequiredService<IMessageScheduler>();
                for (var number = first; number < Math.Min(count, first + batch); number++)
                    await scheduler.ScheduleSend(Queue, due(number), new Wake(new DateTimeOffset(due(number)).ToUnixTimeMilliseconds(), number));
                await scope.ServiceProvider.GetRequiredService<BenchDb>().SaveChangesAsync();
            }
        })));
        return count / Stopwatch.GetElapsedTime(since).TotalSeconds;
    }

    private static async Task<double[]> CancelAsync(IHost host, DateTime far, int count)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var timers = scope.ServiceProvider.GetRequiredService<ITimers>();
        var waiting = await timers.ListAsync(new TimerQuery { DueFrom = new DateTimeOffset(far), Take = count });
        List<double> took = [];
        foreach (var timer in waiting)
        {
            var since = Stopwatch.GetTimestamp();
            if (!await timers.CancelAsync(timer.Token))
                throw new InvalidOperationException("One that waits could not be cancelled.");
            took.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
        }

        took.Sort();
        return [.. took];
    }

    // One at a time, each due 50 ms after the one before.
    private static async Task<double[]> IdleAsync(IHost host, int count)
    {
        var first = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1);
        await SetAsync(host, count, count, number => first.AddMilliseconds(50 * number));
        return await ComeAsync(host, count);
    }

    private static async Task<double[]> BurstAsync(IHost host, int count)
    {
        var at = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(5);
        await SetAsync(host, count, Batch, number => at.AddMilliseconds(number % 1000));
        return await ComeAsync(host, count);
    }

    private static async Task<double[]> ComeAsync(IHost host, int count)
    {
        var lateness = host.Services.GetRequiredService<Lateness>();
        await Until.TrueAsync(() => lateness.Count >= count);
        return lateness.Take();
    }

    private static double Memory()
    {
        GC.Collect();
        return Environment.WorkingSet / 1048576d;
    }
}
