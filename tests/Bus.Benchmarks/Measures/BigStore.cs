using System.Diagnostics;
using Bus.Benchmarks.Consumers;
using Bus.Jobs;
using Bus.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.Benchmarks.Measures;

/// <summary>What an operator waits for, and how fast jobs are taken, beside a store that is full: its rows are copies of real ones.</summary>
internal static class BigStore
{
    private const int Rounds = 20;

    /// <param name="peer">On which database.</param>
    /// <param name="finished">Jobs that have succeeded.</param>
    /// <param name="waiting">Jobs that are queued.</param>
    /// <param name="dead">Dead jobs, and as many dead letters.</param>
    public static async Task<object> MeasureAsync(string peer, int finished, int waiting, int dead)
    {
        using var host = await StartAsync(peer);
        var operations = host.Services.GetRequiredService<IJobOperations>();
        await DrainAsync(host, 1_000);
        await operations.PauseAsync(JobGroup.All);
        var filling = Stopwatch.StartNew();
        var fill = new StoreFill(finished, waiting, dead);
        await fill.RunAsync(host);
        var filled = filling.Elapsed;
        return new { filled_s = Math.Round(filled.TotalSeconds), p95_ms = await AskAsync(host, fill) };
    }

    /// <summary>Asks a store that is full already.</summary>
    public static async Task<object> AskAsync(string peer, int finished, int waiting, int dead)
    {
        using var host = await StartAsync(peer);
        return new { p95_ms = await AskAsync(host, new StoreFill(finished, waiting, dead)) };
    }

    /// <summary>How many jobs are run a second in the store as it is: the second time, when the code is warm.</summary>
    public static async Task<object> DrainAsync(string peer, int runs)
    {
        using var host = await StartAsync(peer);
        await DrainAsync(host, runs);
        return new { per_s = Math.Round(await DrainAsync(host, runs)) };
    }

    private static Task<IHost> StartAsync(string peer) => Peer.StartAsync(peer, bus =>
    {
        bus.UseDatabase<BenchDb>();
        bus.AddDeadLetters();
        bus.AddJobs(jobs => jobs.Handle<WorkHandler>());
    });

    /// <summary>How many are run a second, of those that wait already or are added now.</summary>
    private static async Task<double> DrainAsync(IHost host, int runs)
    {
        var operations = host.Services.GetRequiredService<IJobOperations>();
        var work = host.Services.GetRequiredService<WorkLog>();
        await operations.PauseAsync(JobGroup.All);
        foreach (var block in Job.CreateMany(runs).Chunk(1_000))
            await host.Services.GetRequiredService<IJobClient>().EnqueueManyAsync(block);
        var before = work.Done;
        await operations.ResumeAsync(JobGroup.All);
        await Until.TrueAsync(() => work.Done > before);
        var (began, first) = (Stopwatch.GetTimestamp(), work.Done);
        await Until.TrueAsync(() => work.Done >= before + runs);
        var rate = (work.Done - first) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        await operations.PauseAsync(JobGroup.All);
        return rate;
    }

    private static async Task<Dictionary<string, double>> AskAsync(IHost host, StoreFill fill)
    {
        Dictionary<string, double> p95 = new(StringComparer.Ordinal);
        foreach (var (name, ask) in StoreQuestions.All(host, fill))
            p95[name] = await P95Async(ask);
        return p95;
    }

    private static async Task<double> P95Async(Func<Task> ask)
    {
        List<double> all = [];
        for (var round = 0; round < Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            await ask();
            all.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        all.Sort();
        return Math.Round(all[Rounds * 95 / 100], 1);
    }
}
