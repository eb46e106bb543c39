using System.Diagnostics;
using Bus.Benchmarks.Consumers;
using Bus.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Benchmarks.Measures;

/// <summary>How fast jobs are taken of a type with a limit that does not bind, beside one without a limit.</summary>
internal static class LimitCost
{
    /// <param name="peer">On which database.</param>
    /// <param name="limit"><c>none</c>, <c>concurrency</c> (10,000), <c>rate</c> (1,000,000 a second), <c>key</c> (10,000 of each of 100 keys) or <c>keyed</c> (the same jobs without a limit).</param>
    /// <param name="jobs">How many wait when they begin.</param>
    public static async Task<object> MeasureAsync(string peer, string limit, int jobs)
    {
        using var host = await Peer.StartAsync(peer, bus =>
        {
            bus.UseDatabase<BenchDb>();
            bus.AddJobs(all => all.Handle<WorkHandler>(type =>
            {
                type.Concurrency = limit == "concurrency" ? 10_000 : null;
                type.Rate = limit == "rate" ? new JobRate(1_000_000, TimeSpan.FromSeconds(1)) : null;
                type.ConcurrencyPerKey = limit == "key" ? 10_000 : null;
            }));
        });
        var client = host.Services.GetRequiredService<IJobClient>();
        var operations = host.Services.GetRequiredService<IJobOperations>();
        var work = host.Services.GetRequiredService<WorkLog>();
        await DrainAsync(client, operations, work, limit, Math.Min(jobs, 2_000));
        using var process = Process.GetCurrentProcess();
        var cpu = TimeSpan.Zero;
        var rate = await DrainAsync(client, operations, work, limit, jobs, () => cpu = ProcessorTime(process) - cpu);
        return new { limit, per_s = Math.Round(rate), cpu_us = Math.Round(cpu.TotalMicroseconds / jobs) };
    }

    private static TimeSpan ProcessorTime(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    private static async Task<double> DrainAsync(IJobClient client, IJobOperations operations, WorkLog work, string limit, int jobs, Action? mark = null)
    {
        await operations.PauseAsync(JobGroup.All);
        foreach (var (block, number) in Job.CreateMany(jobs).Chunk(limit is "key" or "keyed" ? 100 : 1_000).Select((block, number) => (block, number)))
            await client.EnqueueManyAsync(block, limit is "key" or "keyed" ? new EnqueueOptions { LimitKey = $"key {number % 100}" } : null);
        var before = work.Done;
        mark?.Invoke();
        await operations.ResumeAsync(JobGroup.All);
        await Until.TrueAsync(() => work.Done > before);
        var (began, first) = (Stopwatch.GetTimestamp(), work.Done);
        await Until.TrueAsync(() => work.Done >= before + jobs);
        mark?.Invoke();
        return (work.Done - first) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
