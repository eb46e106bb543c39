using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Bus.Host.Schema;
using Bus.Host.Startup;
using Bus.Sagas.Orders;
using Bus.TestSupport;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Bus.Benchmarks.Measures;

/// <summary>Orders through the host as users run it, api and worker in one process, with the sandboxes of gateway and carrier: all that takes time is the platform's own.</summary>
internal static class OrderMeasure
{
    private const int Callers = 16;
    private const int Warm = 50;
    private const int Counted = 100;
    private const string Name = "bench_orders";

    /// <returns>
    /// Orders a second from the first request until the last is completed; the request's answer, which is the acceptance, at half that rate; then what one order costs: messages consumed and, on PostgreSQL, rows written, transactions
    /// that were committed, and round trips to the database, request and lists included.
    /// </returns>
    public static async Task<object> MeasureAsync(string peer, int count)
    {
        var isEmbedded = peer == Peer.Embedded;
        using var folder = new TemporaryFolder();
        await using var app = await StartAsync(folder, isEmbedded);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromSeconds(60) };
        using (var made = await http.PutAsJsonAsync("/api/products/TEA", new { name = "Tea", unitPrice = 450, currency = "EUR", available = 1_000_000 }))
            made.EnsureSuccessStatusCode();
        var placed = await PlaceAllAsync(http, app, Warm, 0);

        var started = Stopwatch.GetTimestamp();
        placed = await PlaceAllAsync(http, app, count, placed);
        var rate = count / Stopwatch.GetElapsedTime(started).TotalSeconds;

        var answers = await PacedAsync(http, Math.Min(count, (int)(rate / 2 * 20)), rate / 2);
        placed += answers.Count;
        await CompletedAsync(app, placed);

        using var counts = new OrderCost(app.Services.GetRequiredService<IBus>());
        var before = isEmbedded ? default : await ReadAsync();
        placed = await PlaceAllAsync(http, app, Counted, placed);
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
        var after = isEmbedded ? default : await ReadAsync();
        var commits = after.Commits - before.Commits;
        return new
        {
            orders = count,
            orders_per_s = Math.Round(rate, 1),
            paced_per_s = Math.Round(rate / 2, 1),
            accepted_p50_ms = Quantile(answers, 0.5),
            accepted_p99_ms = Quantile(answers, 0.99),
            messages_per_order = Each(counts.Consumed),
            rows_written_per_order = isEmbedded ? (double?)null : Each(after.Rows - before.Rows),
            commits_per_order = isEmbedded ? (double?)null : Each(commits),
            round_trips_per_order = isEmbedded ? (double?)null : Each(counts.Commands + commits),
            completed = placed,
        };
    }

    private static async Task<WebApplication> StartAsync(TemporaryFolder folder, bool isEmbedded)
    {
        List<string> settings = ["--urls=http://127.0.0.1:0", "--Serilog:MinimumLevel:Default=Error", "--Serilog:MinimumLevel:Override:Microsoft.Hosting.Lifetime=Error", $"--Bus:DataFolder={folder["data"]}"];
        if (!isEmbedded)
        {
            await ExecuteAsync(Connection("postgres"), $"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
            await ExecuteAsync(Connection("postgres"), $"CREATE DATABASE {Name}");
            settings.AddRange(["--Bus:Transport=RabbitMq", $"--ConnectionStrings:RabbitMq={Peer.Broker}", "--Bus:Database=PostgreSql", $"--ConnectionStrings:Bus={Connection(Name)}"]);
        }

        var app = BusHost.Build([.. settings]);
        await BusHost.PrepareAsync(app, CancellationToken.None);
        await app.StartAsync();
        return app;
    }

    private static async Task<int> PlaceAllAsync(HttpClient http, WebApplication app, int count, int placed)
    {
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (_, _) => await PlaceAsync(http));
        await CompletedAsync(app, placed + count);
        return placed + count;
    }

    // One order each interval, whether the one before is answered or not.
    private static async Task<IReadOnlyCollection<double>> PacedAsync(HttpClient http, int count, double rate)
    {
        ConcurrentBag<double> answers = [];
        List<Task> calls = [];
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var early = TimeSpan.FromSeconds(i / rate) - Stopwatch.GetElapsedTime(started);
            if (early > TimeSpan.FromMilliseconds(1))
                await Task.Delay(early, TimeProvider.System);
            calls.Add(Task.Run(async () =>
            {
                var called = Stopwatch.GetTimestamp();
                await PlaceAsync(http);
                answers.Add(Stopwatch.GetElapsedTime(called).TotalMilliseconds);
            }));
        }

        await Task.WhenAll(calls);
        return answers;
    }

    private static async Task PlaceAsync(HttpClient http)
    {
        using var answer = await http.PostAsJsonAsync("/api/orders", new
        {
            customer = new { name = "Ada", email = "ada@example.org" },
            address = new { street = "Square 12", postalCode = "0150", city = "Oslo", country = "NO" },
            lines = new[] { new { sku = "TEA", quantity = 1 } },
            currency = "EUR",
        });
        if (answer.StatusCode != HttpStatusCode.Created)
            throw new InvalidOperationException($"An order was answered with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    private static async Task CompletedAsync(WebApplication app, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(10), TimeProvider.System);
        while (true)
        {
            await using var scope = app.Services.CreateAsyncScope();
            var states = scope.ServiceProvider.GetRequiredService<HostDbContext>().Set<OrderState>();
            if (await states.CountAsync(x => x.CurrentState == nameof(OrderSaga.Completed), limit.Token) == count)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }

    // The server counts for itself, and tells within a second of the end of a session's work.
    private static async Task<(long Rows, long Commits)> ReadAsync()
    {
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        await using var connection = new NpgsqlConnection(Connection("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT tup_inserted + tup_updated + tup_deleted, xact_commit FROM pg_stat_database WHERE datname = '{Name}'", connection);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string Connection(string name) => new NpgsqlConnectionStringBuilder(Peer.Database) { Database = name }.ConnectionString;

    private static double Each(long all) => Math.Round(all / (double)Counted, 1);

    private static double Quantile(IReadOnlyCollection<double> values, double share) => Math.Round(values.Order().ElementAt(Math.Min(values.Count - 1, (int)(values.Count * share))), 1);
}
