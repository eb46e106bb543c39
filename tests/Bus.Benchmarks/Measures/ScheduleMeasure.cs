using System.Diagnostics;
using Bus.Persistence.Schedules;
using Bus.Scheduler;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Benchmarks.Measures;

/// <summary>Many schedules that fire each minute, by the machine's clock: what a thousand fires cost, and how late they are.</summary>
internal static class ScheduleMeasure
{
    /// <param name="peer">On which transport and database.</param>
    /// <param name="count">How many schedules.</param>
    /// <param name="minutes">For how long.</param>
    public static async Task<object> MeasureAsync(string peer, int count, int minutes)
    {
        using var host = await Peer.StartAsync(peer, bus =>
        {
            bus.UseDatabase<BenchDb>();
            bus.AddSchedules(schedules =>
            {
                for (var number = 0; number < count; number++)
                    schedules.Every($"minutely-{number}", Cron.EveryMinute(), new Wake(0, number), schedule => schedule with { Destination = new Uri("queue:nobody-reads") });
            });
        });
        await FiredAsync(host.Services, count);
        var (cpu, since) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        await FiredAsync(host.Services, count * (minutes + 1));
        var (used, took) = (Environment.CpuUsage.TotalTime - cpu, Stopwatch.GetElapsedTime(since));
        await using var scope = host.Services.CreateAsyncScope();
        var late = await scope.ServiceProvider.GetRequiredService<BenchDb>().Set<ScheduleRunRow>().Select(run => (double)(run.FiredAt - run.PlannedAt)).ToListAsync();
        late.Sort();
        return new
        {
            fires = count * minutes,
            seconds = Math.Round(took.TotalSeconds),
            cpu_s_per_1000 = Math.Round(used.TotalSeconds / (count * minutes) * 1000, 3),
            late_p50_ms = late[late.Count / 2],
            late_p99_ms = late[late.Count * 99 / 100],
            worker_mb = Math.Round(Environment.WorkingSet / 1048576d),
        };
    }

    private static async Task FiredAsync(IServiceProvider services, int count)
    {
        while (true)
        {
            await using var scope = services.CreateAsyncScope();
            if (await scope.ServiceProvider.GetRequiredService<BenchDb>().Set<ScheduleRow>().SumAsync(row => row.Runs) >= count)
                return;
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None);
        }
    }
}
