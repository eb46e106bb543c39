using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Bus.TestSupport;
using NetVips;
using Npgsql;

namespace Bus.Benchmarks.Measures;

/// <summary>Photos through the host as users run it: api and worker as two processes on RabbitMQ and PostgreSQL, photos of 2 MB.</summary>
internal static class Photos
{
    private const int Samples = 50;
    private const string Name = "bench_photos";

    /// <returns>Medians of an upload's answer while nothing waits and while <paramref name="count"/> photos do, the rate, and the processes' peak memory.</returns>
    public static async Task<object> MeasureAsync(int count)
    {
        var photo = Draw();
        await RecreateDatabaseAsync();
        using var folder = new TemporaryFolder();
        await using var api = await StartAsync("api", folder);
        await using var worker = await StartAsync("worker", folder);

        for (var i = 0; i < 20; i++)
            await UntilReadyAsync(api, (await UploadAsync(api, photo)).Id);
        List<double> idle = [];
        for (var i = 0; i < Samples; i++)
        {
            var (id, milliseconds) = await UploadAsync(api, photo);
            idle.Add(milliseconds);
            await UntilReadyAsync(api, id);
        }

        ConcurrentQueue<Guid> ids = [];
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) => ids.Enqueue((await UploadAsync(api, photo)).Id));

        // The worker has done some of them meanwhile: top up, so that so many wait at every sample.
        List<double> busy = [];
        while (busy.Count < Samples)
        {
            if (await WaitingAsync() < count)
            {
                await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => ids.Enqueue((await UploadAsync(api, photo)).Id)));
                continue;
            }

            var (id, milliseconds) = await UploadAsync(api, photo);
            busy.Add(milliseconds);
            ids.Enqueue(id);
        }

        foreach (var id in ids)
            await UntilReadyAsync(api, id);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var (idleMedian, busyMedian) = (Median(idle), Median(busy));
        return new
        {
            photo_kb = photo.Length / 1024,
            idle_p50_ms = idleMedian,
            waiting = count,
            busy_p50_ms = busyMedian,
            ratio = Math.Round(busyMedian / idleMedian, 2),
            busy_max_ms = busy.Max(),
            photos = ids.Count,
            photos_per_s = Math.Round(ids.Count / seconds, 1),
            worker_peak_mb = Peak(worker.Id),
            api_peak_mb = Peak(api.Id),
        };
    }

    // Noise does not compress: this is what 2 MB of a camera are to a decoder.
    private static byte[] Draw()
    {
        using var noise = Image.Gaussnoise(2000, 1500, sigma: 30, mean: 128);
        using var image = noise.Bandjoin(noise, noise).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        return image.JpegsaveBuffer(q: 88);
    }

    private static async Task<HostProcess> StartAsync(string role, TemporaryFolder folder)
    {
        var process = HostProcess.Start(
        [
            $"--Bus:Roles={role}", $"--Bus:DataFolder={folder["data"]}", "--Bus:Transport=RabbitMq", $"--ConnectionStrings:RabbitMq={Peer.Broker}",
            "--Bus:Database=PostgreSql", $"--ConnectionStrings:Bus={Database(Name)}",
        ]);
        return await process.StartedAsync();
    }

    private static async Task<(Guid Id, double Milliseconds)> UploadAsync(HostProcess api, byte[] photo)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await api.UploadAsync(photo, Guid.NewGuid().ToString());
        var milliseconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 2);
        answer.EnsureSuccessStatusCode();
        return (JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetGuid(), milliseconds);
    }

    private static async Task UntilReadyAsync(HostProcess api, Guid id)
    {
        while (true)
        {
            using var answer = await api.GetAsync($"/api/images/{id}");
            var status = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("status").GetString();
            if (status == "ready")
                return;
            if (status == "failed")
                throw new InvalidOperationException($"Image {id} failed.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    private static async Task<long> WaitingAsync() => await QueryAsync(Database(Name), "SELECT count(*) FROM image WHERE status = 0");

    private static async Task RecreateDatabaseAsync()
    {
        await QueryAsync(Database("postgres"), $"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
        await QueryAsync(Database("postgres"), $"CREATE DATABASE {Name}");
    }

    private static async Task<long> QueryAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is long value ? value : 0;
    }

    private static string Database(string name) => new NpgsqlConnectionStringBuilder(Peer.Database) { Database = name }.ConnectionString;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    // The most that was ever resident, as Linux keeps it.
    private static int Peak(int process) => int.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;
}
