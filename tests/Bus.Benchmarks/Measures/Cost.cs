using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Benchmarks.Measures;

/// <summary>What a job costs the database, producer and worker in one process.</summary>
internal static class Cost
{
    private const int Warm = 500;
    private const string Transactions = """SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS "Value" """;
    private const string Log = """SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS "Value" """;

    /// <returns>Transactions that wrote, and bytes of write-ahead log, per job: enqueued through the outbox, consumed, one event published, the event consumed.</returns>
    public static async Task<object> MeasureAsync(string name, int count)
    {
        using var host = await Peer.StartAsync(name, worker: true);
        var producer = Peer.Producer(host, name);
        var log = host.Services.GetRequiredService<WorkLog>();
        await Pump.EachAsync(producer, "noop", Warm, tasks: 16);
        await SettleAsync(Warm);
        var (transactions, bytes) = await ReadAsync(host.Services);
        var seconds = await Pump.EachAsync(producer, "noop", count, tasks: 16);
        await SettleAsync(Warm + count);
        var (transactionsAfter, bytesAfter) = await ReadAsync(host.Services);
        return new
        {
            jobs_per_s = Math.Round(count / seconds),
            write_transactions_per_job = Math.Round((transactionsAfter - transactions) / (double)count, 3),
            wal_bytes_per_job = Math.Round((bytesAfter - bytes) / (double)count),
        };

        async Task SettleAsync(int jobs)
        {
            await Until.TrueAsync(() => log.Done == jobs);
            await producer.FinishAsync();
        }
    }

    private static async Task<(long Transactions, long Bytes)> ReadAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BenchDb>().Database;
        return (await db.SqlQueryRaw<long>(Transactions).SingleAsync(), await db.SqlQueryRaw<long>(Log).SingleAsync());
    }
}
