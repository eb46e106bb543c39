namespace Bus.TestSupport;

/// <summary>
/// A private RabbitMQ and PostgreSQL on 127.0.0.1. <see cref="SharedAsync"/> is one pair for the whole run: a test takes its own database
/// (<see cref="TestPostgres"/>) and virtual host (<see cref="TestRabbitMq"/>) from it. A test that stops or restarts a server takes a pair
/// of its own with <see cref="StartDedicatedAsync"/>, so that no other test sees the outage. Thread-safe.
/// </summary>
public sealed class TestServers : IAsyncDisposable
{
    private static readonly Lock Gate = new();
    private static Task<TestServers>? _shared;
    private readonly string _folder;
    private readonly bool _isShared;

    private TestServers(IReadOnlyDictionary<string, string> variables, bool isShared)
    {
        _isShared = isShared;
        _folder = variables["BUS_TEST_SERVERS"];
        PostgresAdmin = variables["BUS_TEST_POSTGRES"];
        RabbitMq = new Uri(variables["BUS_TEST_RABBITMQ"]);
        RabbitMqHttp = new Uri(variables["BUS_TEST_RABBITMQ_HTTP"]);
        RabbitMqCtl = variables["BUS_TEST_RABBITMQ_CTL"];
    }

    /// <summary>Npgsql connection string of the superuser on the database <c>postgres</c>.</summary>
    public string PostgresAdmin { get; }

    /// <summary>The broker's address, <c>amqp://user:password@127.0.0.1:port</c>, without a virtual host.</summary>
    public Uri RabbitMq { get; }

    /// <summary>The broker's management API, credentials included.</summary>
    public Uri RabbitMqHttp { get; }

    /// <summary>A program that runs <c>rabbitmqctl</c> against this broker.</summary>
    public string RabbitMqCtl { get; }

    /// <summary>The pair of this run: the one that <c>build.sh</c> started, else one that starts now and ends with this process.</summary>
    public static Task<TestServers> SharedAsync()
    {
        lock (Gate)
        {
            return _shared ??= TakeSharedAsync();
        }
    }

    /// <summary>Starts a pair that only the caller uses (about 10 s); disposing stops it and removes its data.</summary>
    public static async Task<TestServers> StartDedicatedAsync() => new(await StartAsync(), isShared: false);

    /// <summary>Stops the broker in an orderly way; clients see their connections close and cannot reconnect.</summary>
    public Task StopRabbitAsync() => RunAsync("stop-rabbit");

    /// <summary>Ends the broker as by <c>kill -9</c>.</summary>
    public Task KillRabbitAsync() => RunAsync("kill-rabbit");

    /// <summary>Starts the broker again on the same ports with its data; returns once it answers.</summary>
    public Task StartRabbitAsync() => RunAsync("start-rabbit");

    /// <summary>Stops PostgreSQL; open sessions are ended and new ones refused.</summary>
    public Task StopPostgresAsync() => RunAsync("stop-postgres");

    /// <summary>Ends PostgreSQL as by <c>kill -9</c>; the next start recovers from its log.</summary>
    public Task KillPostgresAsync() => RunAsync("kill-postgres");

    /// <summary>Starts PostgreSQL again on the same port with its data; returns once it answers.</summary>
    public Task StartPostgresAsync() => RunAsync("start-postgres");

    /// <summary>Stops and starts PostgreSQL.</summary>
    public Task RestartPostgresAsync() => RunAsync("restart-postgres");

    /// <summary>Stops both servers and removes their data. The shared pair is left alone: others use it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isShared)
        {
            await RunAsync("stop");
        }
    }

    private static async Task<TestServers> TakeSharedAsync()
    {
        string[] names = ["BUS_TEST_SERVERS", "BUS_TEST_POSTGRES", "BUS_TEST_RABBITMQ", "BUS_TEST_RABBITMQ_HTTP", "BUS_TEST_RABBITMQ_CTL"];
        var given = names.ToDictionary(n => n, n => Environment.GetEnvironmentVariable(n) ?? "", StringComparer.Ordinal);
        return new TestServers(given.Values.All(v => v.Length > 0) ? given : await StartAsync(), isShared: true);
    }

    // The script watches this process and stops the servers when it ends, however it ends.
    private static async Task<Dictionary<string, string>> StartAsync()
    {
        await ServersScript.RunAsync("install");
        var output = await ServersScript.RunAsync("start", "--owner", Environment.ProcessId.ToString());
        return ServersScript.ParseExports(output);
    }

    private async Task RunAsync(string verb) => await ServersScript.RunAsync(verb, _folder);
}
