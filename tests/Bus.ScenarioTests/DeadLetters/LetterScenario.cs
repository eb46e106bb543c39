using System.Globalization;
using Bus.Core.Faults;
using Bus.TestSupport;
using RabbitMQ.Client;
using Xunit;

namespace Bus.ScenarioTests.DeadLetters;

/// <summary>An error queue, a database, and the processes that take the queue's messages into it.</summary>
internal sealed class LetterScenario : IAsyncDisposable
{
    private const string Queue = "billing_error";

    private readonly TestRabbitMq _broker;
    private readonly TestPostgres _database;
    private readonly string[] _settings;
    private readonly List<ChildProcess> _workers = [];

    private LetterScenario(TestRabbitMq broker, TestPostgres database)
    {
        (_broker, _database) = (broker, database);
        _settings =
        [
            LetterWorker.Command, "--Bus:Transport=RabbitMq", $"--ConnectionStrings:RabbitMq={broker.Uri}", "--Bus:Database=PostgreSql", $"--ConnectionStrings:Bus={database.ConnectionString}", "--Bus:DeadLetters:Ingest:0=billing",
        ];
    }

    /// <summary>With its tables, on <paramref name="servers"/>, or on the shared ones when null.</summary>
    public static async Task<LetterScenario> CreateAsync(TestServers? servers = null)
    {
        var scenario = new LetterScenario(await TestRabbitMq.CreateVirtualHostAsync(servers), await TestPostgres.CreateDatabaseAsync(servers));
        Assert.Equal(0, await scenario.Start(null, "--Create=true").WaitForExitAsync(TimeSpan.FromMinutes(1)));
        return scenario;
    }

    public ChildProcess Start(string? fault = null, params string[] more)
    {
        var worker = ChildProcess.StartDotnet(
            typeof(LetterWorker).Assembly.Location, [.. _settings, .. more], fault is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { [FaultPoint.Variable] = fault });
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Puts messages into the queue, which it makes if need be; <paramref name="from"/> is the id of the first.</summary>
    public async Task FillAsync(int from, int count)
    {
        // A broker that blocks its publishers lets them wait for ever.
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        var factory = new ConnectionFactory { Uri = _broker.Uri };
        await using var connection = await factory.CreateConnectionAsync(limit.Token);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), limit.Token);
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: limit.Token);
        for (var number = from; number < from + count; number++)
            await channel.BasicPublishAsync("", Queue, mandatory: true, new BasicProperties { MessageId = $"{number}", Persistent = true }, "{}"u8.ToArray(), limit.Token);
    }

    /// <summary>How many messages are not acknowledged.</summary>
    public async Task<int> DepthAsync() => (int)(await _broker.QueueDepthsAsync())[Queue];

    /// <summary>How many letters there are, and of how many messages.</summary>
    public async Task<(int Letters, int Messages)> StoredAsync() => (await CountAsync("*"), await CountAsync("DISTINCT message_id"));

    public string Output() => string.Join('\n', _workers.SelectMany(worker => worker.Lines.TakeLast(20)));

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
            await worker.DisposeAsync();
        await _broker.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task<int> CountAsync(string what) => int.Parse(await _database.QueryAsync<string>($"SELECT count({what}) || '' FROM bus_dead_letter") ?? "0", CultureInfo.InvariantCulture);
}
