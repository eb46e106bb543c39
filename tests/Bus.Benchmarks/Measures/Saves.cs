using System.Diagnostics;
using Bus.Benchmarks.Consumers;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bus.Benchmarks.Measures;

/// <summary>Eight callers that each save a row and publish a message, again and again, on SQLite: with the queues in a file of their own, or in the service's.</summary>
internal static class Saves
{
    private const int Writers = 8;
    private const int Warm = 400;

    /// <param name="count">How many saves.</param>
    /// <param name="oneFile">Where the queues are.</param>
    /// <param name="holds">Whether somebody keeps the service's file for 300 ms again and again.</param>
    public static async Task<object> MeasureAsync(int count, bool oneFile, bool holds)
    {
        using var host = await StartAsync(oneFile);
        var log = host.Services.GetRequiredService<WorkLog>();
        await SaveAsync(host, 0, Warm);
        await Until.TrueAsync(() => log.Done == Warm);
        using var ended = new CancellationTokenSource();
        var holder = holds ? HoldAsync(host, ended.Token) : Task.CompletedTask;
        var since = Stopwatch.GetTimestamp();
        var latencies = await SaveAsync(host, Warm, count);
        var saved = Stopwatch.GetElapsedTime(since);
        await Until.TrueAsync(() => log.Done == Warm + count);
        var handled = Stopwatch.GetElapsedTime(since);
        await ended.CancelAsync();
        await holder;
        Array.Sort(latencies);
        return new
        {
            one_file = oneFile,
            holder = holds,
            saves_per_s = Math.Round(count / saved.TotalSeconds),
            handled_per_s = Math.Round(count / handled.TotalSeconds),
            save_p50_ms = Math.Round(latencies[count / 2].TotalMilliseconds, 2),
            save_p99_ms = Math.Round(latencies[count * 99 / 100].TotalMilliseconds, 2),
            save_max_ms = Math.Round(latencies[^1].TotalMilliseconds, 2),
        };
    }

    private static async Task<TimeSpan[]> SaveAsync(IHost host, int first, int count)
    {
        var latencies = new TimeSpan[count];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            for (var number = Interlocked.Increment(ref next); number < count; number = Interlocked.Increment(ref next))
            {
                var since = Stopwatch.GetTimestamp();
                await SaveAsync(host, first + number);
                latencies[number] = Stopwatch.GetElapsedTime(since);
            }
        })));
        return latencies;
    }

    private static async Task SaveAsync(IHost host, int id)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BenchDb>();
        db.Rows.Add(new BenchRow { Id = NewId.NextSequentialGuid(), JobId = id });
        await scope.ServiceProvider.GetRequiredService<IPublishEndpoint>().Publish(Job.Create("noop", id));
        await db.SaveChangesAsync();
    }

    private static async Task HoldAsync(IHost host, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            await using var scope = host.Services.CreateAsyncScope();
            await using var transaction = await scope.ServiceProvider.GetRequiredService<BenchDb>().Database.BeginTransactionAsync(CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }
    }

    private static async Task<IHost> StartAsync(bool oneFile)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Configuration["Bus:DataFolder"] = Directory.CreateTempSubdirectory("bus-saves-").FullName;
        builder.Configuration["Bus:Sqlite:OneFile"] = oneFile ? "true" : "false";
        builder.Services.AddSingleton<WorkLog>();
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.Registration.AddConsumer<WorkConsumer>().Endpoint(endpoint => endpoint.Name = Peer.Queue);
            bus.UseDatabase<BenchDb>();
        });
        var host = builder.Build();
        await using (var scope = host.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<BenchDb>().Database.EnsureCreatedAsync();
        await host.StartAsync();
        return host;
    }
}
