using System.Globalization;
using System.Text;
using Bus.Core.Faults;
using Bus.TestSupport;
using RabbitMQ.Client;
using Xunit;

namespace Bus.ScenarioTests.DeadLetters;

/// <summary>An error queue, a database, and the processes that take the queue's messages into it.</summary>
internal sealed class LetterScenario : IAsyncDisposable
{
    private const string Queue = "billing_error";
    private const string Origin = "billing";

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

    /// <summary>Makes the queue that the messages failed on, of which nobody takes any.</summary>
    public async Task DeclareOriginAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = _broker.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.ExchangeDeclareAsync(Origin, ExchangeType.Fanout, durable: true);
        await channel.QueueDeclareAsync(Origin, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(Origin, Origin, "");
    }

    /// <summary>Takes what came back to that queue: of each message the letter that it is a replay of, and its id.</summary>
    public async Task<IReadOnlyList<(string Letter, string Id)>> ReturnedAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = _broker.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        List<(string, string)> returned = [];
        while (await channel.BasicGetAsync(Origin, autoAck: true) is { } message)
            returned.Add((Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers!["Bus-Replay-Of"]!), message.BasicProperties.MessageId!));
        return returned;
    }

    /// <summary>How many letters are open, and how many messages wait to be sent.</summary>
    public async Task<(int Open, int Waiting)> LeftAsync() => (await CountAsync("CASE WHEN state = 0 THEN 1 END"), await CountAsync("*", "bus_outbox"));

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

    private async Task<int> CountAsync(string what, string table = "bus_dead_letter") => int.Parse(await _database.QueryAsync<string>($"SELECT count({what}) || '' FROM {table}") ?? "0", CultureInfo.InvariantCulture);
}
