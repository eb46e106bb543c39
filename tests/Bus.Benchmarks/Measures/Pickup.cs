using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Benchmarks.Measures;

/// <summary>How long a committed message takes to its handler, outbox, broker and inbox in one process.</summary>
internal static class Pickup
{
    private const int Warm = 500;

    /// <returns>Medians in milliseconds: from before the call that publishes and commits, and from its return, to the handler's first line.</returns>
    public static async Task<object> MeasureAsync(int count)
    {
        using var host = await Peer.StartPlainAsync();
        var producer = Peer.Producer(host, Peer.Outbox);
        var log = host.Services.GetRequiredService<WorkLog>();
        await Pump.EachAsync(producer, "noop", Warm, tasks: 16);
        await Until.TrueAsync(() => log.Done == Warm);
        var calls = await Pump.PacedAsync(producer, count);
        await Until.TrueAsync(() => log.Done == Warm + count);
        return new
        {
            call_to_handler_p50_ms = Median(id => log.StartedAt[id] - calls[id].Called, count),
            commit_to_handler_p50_ms = Median(id => log.StartedAt[id] - calls[id].Returned, count),
            call_to_handler_p99_ms = Quantile(id => log.StartedAt[id] - calls[id].Called, count, 0.99),
        };
    }

    private static double Median(Func<int, long> ticks, int count) => Quantile(ticks, count, 0.5);

    private static double Quantile(Func<int, long> ticks, int count, double share)
    {
        var sorted = Enumerable.Range(0, count).Select(ticks).Order().ToArray();
        return Math.Round(sorted[Math.Min(count - 1, (int)(count * share))] * 1000.0 / Stopwatch.Frequency, 3);
    }
}
