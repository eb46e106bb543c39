using System.Diagnostics;
using Bus.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.Benchmarks.Measures;

/// <summary>A process commits messages, sends none and ends; how fast does a fresh one bring them to the broker?</summary>
internal static class HeldBacklog
{
    /// <summary>Commits the backlog. Its end gives the lease up, so that the next process takes over at once.</summary>
    public static async Task HoldAsync(int count)
    {
        using var host = await Peer.StartHoldingAsync();
        await Pump.BatchesAsync(Peer.Producer(host, Peer.Outbox), count);
        await host.StopAsync();
    }

    /// <summary>Lets another process hold a backlog, then sends it.</summary>
    /// <returns>Rows, seconds from the start of the host until the table was empty (the connections included), and rows a second.</returns>
    public static async Task<object> SendAsync(int count)
    {
        using (var holder = Process.Start(Environment.ProcessPath!, [typeof(HeldBacklog).Assembly.Location, Peer.Outbox, "hold", $"{count}"]))
            await holder.WaitForExitAsync();

        var started = Stopwatch.GetTimestamp();
        using var host = await Peer.StartAsync(Peer.Outbox, worker: false);
        var outbox = host.Services.GetRequiredService<IOutboxAdministration<BenchDb>>();
        var ready = Stopwatch.GetElapsedTime(started);
        var found = (await outbox.GetStatusAsync(CancellationToken.None)).Waiting;
        while ((await outbox.GetStatusAsync(CancellationToken.None)).Waiting > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        var all = Stopwatch.GetElapsedTime(started);
        return new { rows = found, start_s = ready.TotalSeconds, all_s = all.TotalSeconds, rows_per_s = Math.Round(found / (all - ready).TotalSeconds) };
    }
}
