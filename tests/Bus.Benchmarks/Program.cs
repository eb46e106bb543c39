using System.Globalization;
using System.Text.Json;
using Bus.Benchmarks.Measures;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Benchmarks;

internal static class Program
{
    private const string Usage = """
        Bus.Benchmarks PEER VERB     needs RabbitMQ at AMQP_PORT and PostgreSQL at PGPORT (user postgres, an empty database bench), prints one line of JSON
          PEER   bus-sqlite | bus-rabbitmq | bus-rabbitmq-postgres | bus-rabbitmq-postgres-ef | bus-jobs-sqlite | bus-jobs-rabbitmq-postgres
          VERB   enqueue noop|sleep N, bulk N, latency N [alone], worker: see the driver; alone: in a process that does the work itself; BENCH_LOG names its files, BENCH_WARM the jobs of the warm-up
                 outbox N: a fresh process sends N committed messages    pickup N: commit to handler    cost N: transactions a job    (bus-rabbitmq-postgres)
                 saves N one|two [hold]: N saves of a row and a message by eight callers, queues and service in one SQLite file or in two    (bus-sqlite)
                 timers N: timers set, cancelled and fired while N wait    schedules N M: N schedules that fire each minute, for M minutes    (bus-sqlite, bus-rabbitmq-postgres)
                 store F W D: lists, searches and counts beside F finished, W waiting and D dead jobs and letters; ask F W D: once more of the same store
                 drain N: N jobs run in the store as it is, twice; the second counts    (bus-jobs-sqlite, bus-jobs-rabbitmq-postgres; BENCH_DATABASE names another than bench)
                 limit L N: N jobs of a type with a limit that does not bind, L one of none, concurrency, rate, key, keyed (the jobs of key, without the limit)    (bus-jobs-sqlite, bus-jobs-rabbitmq-postgres)
                 orders N: the host as api and worker in one process; N orders until they are completed, the request's answer at half that rate, and what an order costs    (bus-sqlite, bus-rabbitmq-postgres)
                 audience N: N contacts are kept and told: how fast their deliveries are written down, and the memory of it    (bus-sqlite)
                 photos N: the host's api and worker as two processes; uploads while idle and while N wait, and the worker's memory    (bus-rabbitmq-postgres)
        """;

    private static int Warm => Number(Environment.GetEnvironmentVariable("BENCH_WARM") ?? "500");

    public static async Task<int> Main(string[] args)
    {
        if (args is not [Peer.Embedded or Peer.Jobs or Peer.JobsOnServers or Peer.Direct or Peer.Outbox or Peer.OutboxAndData, _, ..])
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        Console.WriteLine(JsonSerializer.Serialize(await RunAsync(args[0], args[1], args[2..])));
        // As the other peers: the orderly stop is not measured.
        Environment.Exit(0);
        return 0;
    }

    private static async Task<object> RunAsync(string peer, string verb, string[] rest)
    {
        switch (verb)
        {
            case "hold":
                await HeldBacklog.HoldAsync(Number(rest[0]));
                return new { };
            case "outbox":
                return await HeldBacklog.SendAsync(Number(rest[0]));
            case "pickup":
                return await Pickup.MeasureAsync(Number(rest[0]));
            case "cost":
                return await Cost.MeasureAsync(peer, Number(rest[0]));
            case "saves":
                return await Saves.MeasureAsync(Number(rest[0]), oneFile: rest[1] == "one", holds: rest.Contains("hold"));
            case "timers":
                return await TimerMeasure.MeasureAsync(peer, Number(rest[0]));
            case "schedules":
                return await ScheduleMeasure.MeasureAsync(peer, Number(rest[0]), Number(rest[1]));
            case "store":
                return await BigStore.MeasureAsync(peer, Number(rest[0]), Number(rest[1]), Number(rest[2]));
            case "ask":
                return await BigStore.AskAsync(peer, Number(rest[0]), Number(rest[1]), Number(rest[2]));
            case "drain":
                return await BigStore.DrainAsync(peer, Number(rest[0]));
            case "limit":
                return await LimitCost.MeasureAsync(peer, rest[0], Number(rest[1]));
            case "orders":
                return await OrderMeasure.MeasureAsync(peer, Number(rest[0]));
            case "audience":
                return await Audience.MeasureAsync(Number(rest[0]));
            case "photos":
                return await Photos.MeasureAsync(Number(rest[0]));
            case "worker":
                using (await Peer.StartAsync(peer, worker: true))
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
                return new { };
            default:
                return await ProduceAsync(peer, verb, rest);
        }
    }

    private static async Task<object> ProduceAsync(string peer, string verb, string[] rest)
    {
        var isAlone = rest is [_, "alone"];
        using var host = await Peer.StartAsync(peer, worker: isAlone);
        var producer = Peer.Producer(host, peer);
        switch (verb)
        {
            case "enqueue":
                if (rest[0] == "noop")
                    await Pump.EachAsync(producer, "noop", Warm, tasks: 16);
                return new { s = await Pump.EachAsync(producer, rest[0], Number(rest[1]), tasks: 16) };
            case "bulk":
                await Pump.BatchesAsync(producer, 500);
                return new { s = await Pump.BatchesAsync(producer, Number(rest[0])) };
            case "latency":
                await Pump.EachAsync(producer, "noop", 20, tasks: 1);
                await Pump.PacedAsync(producer, Number(rest[0]));
                if (isAlone)
                    await Until.TrueAsync(() => host.Services.GetRequiredService<WorkLog>().StartedAt.Count >= Number(rest[0]));
                return new { };
            default:
                throw new ArgumentException($"There is no verb `{verb}`: see --help.", nameof(verb));
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
