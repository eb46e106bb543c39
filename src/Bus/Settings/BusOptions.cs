using Bus.Persistence;

namespace Bus.Settings;

/// <summary>The settings of section <c>Bus</c>. They are read once, when <c>AddBus</c> is called, and checked when the host starts.</summary>
public sealed class BusOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Bus";

    /// <summary>What carries the messages. Default <see cref="BusTransport.Sqlite"/>.</summary>
    public BusTransport Transport { get; set; } = BusTransport.Sqlite;

    /// <summary>Which database is used by <see cref="BusBuilder.UseDatabase{TDbContext}"/>. Default SQLite.</summary>
    public BusDatabase Database { get; set; } = BusDatabase.Sqlite;

    /// <summary>
    /// Where the embedded files are kept; relative to the working directory; created when missing. Default <c>./data</c>. Keep it out of the
    /// application's content root if that is watched for changes: the watcher costs half the speed.
    /// </summary>
    public string DataFolder { get; set; } = "./data";

    /// <summary>Put before every queue name, so that several systems share a broker: <c>shop</c> makes <c>shop-submit-order</c>. Default none.</summary>
    public string? EndpointPrefix { get; set; }

    /// <summary>How messages are written. Default JSON.</summary>
    public BusSerializer Serializer { get; set; } = BusSerializer.Json;

    /// <summary>How many messages an endpoint takes from the broker ahead of time. 1 to 65,535. Default 64.</summary>
    public int PrefetchCount { get; set; } = 64;

    /// <summary>How many messages an endpoint works on at once. 1 to 65,535. Default 32.</summary>
    public int ConcurrentMessageLimit { get; set; } = 32;

    /// <summary>A longer message body is not deserialised but goes to the endpoint's <c>_error</c> queue. Bytes, at least 1,024. Default 4 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// How long the start waits for the transport. When it is not reachable by then the process starts all the same, goes on trying, and its health
    /// check says <c>Degraded</c>. Zero does not wait at all. Default 10 s.
    /// </summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stop lets running handlers finish; what still runs then is cancelled and handed back to its queue. Above zero. Default 30 s.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What happens when a handler throws.</summary>
    public RetryOptions Retry { get; set; } = new();

    /// <summary>What nobody could handle; used after <see cref="BusBuilder.AddDeadLetters"/> only.</summary>
    public DeadLetterOptions DeadLetters { get; set; } = new();

    /// <summary>The file of queues; used with <see cref="BusTransport.Sqlite"/> only.</summary>
    public SqliteOptions Sqlite { get; set; } = new();

    /// <summary>The broker; used with <see cref="BusTransport.RabbitMq"/> only.</summary>
    public RabbitMqOptions RabbitMq { get; set; } = new();
}
