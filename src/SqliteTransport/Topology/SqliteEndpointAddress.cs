namespace Bus.SqliteTransport.Topology;

/// <summary>
/// A queue or a topic: <c>sqlite://localhost/name</c>, <c>sqlite://localhost/name?type=topic</c>, short <c>queue:name</c>, <c>topic:name</c>, <c>exchange:name</c>. The host says
/// nothing, since a bus has one file. A temporary queue is reached only while it exists. What is sent to <see cref="Cancellations"/> is kept nowhere: it takes a scheduled message back.
/// </summary>
internal readonly record struct SqliteEndpointAddress(string Name, bool IsTopic = false, bool IsTemporary = false, bool IsCancellation = false)
{
    public const string Scheme = "sqlite";

    private const string TopicQuery = "?type=topic";
    private const string TemporaryQuery = "?temporary=true";
    private const string CancellationQuery = "?type=cancel";

    public static readonly Uri Host = new($"{Scheme}://localhost/");

    /// <summary>An address, so that a cancel goes the way of all messages, through an outbox too.</summary>
    public static readonly Uri Cancellations = new(Host, $"/scheduled{CancellationQuery}");

    /// <exception cref="ArgumentException">It is an address of another transport, or names nothing.</exception>
    public static SqliteEndpointAddress Parse(Uri address)
    {
        if (!address.IsAbsoluteUri)
            throw new ArgumentException($"The address `{address}` has no scheme. Write `queue:{address}` for a queue or `topic:{address}` for a topic.", nameof(address));
        var isSqlite = address.Scheme == Scheme;
        var isTopic = address.Scheme is "topic" or "exchange" || (isSqlite && address.Query == TopicQuery);
        if (!isSqlite && !isTopic && address.Scheme != "queue")
            throw new ArgumentException($"The address `{address}` belongs to another transport. Write `queue:name`, `topic:name` or `{Host}name`.", nameof(address));
        var name = Uri.UnescapeDataString(isSqlite ? address.AbsolutePath[1..] : address.AbsolutePath);
        return name.Length > 0
            ? new SqliteEndpointAddress(name, isTopic, isSqlite && address.Query == TemporaryQuery, isSqlite && address.Query == CancellationQuery)
            : throw new ArgumentException($"The address `{address}` names no queue and no topic.", nameof(address));
    }

    /// <summary>The one spelling that is compared with others. An address with our scheme is taken to have it.</summary>
    public static Uri Normalize(Uri address) => address.IsAbsoluteUri && address.Scheme == Scheme ? address : Parse(address).ToUri();

    // A colon is no delimiter in a path, and the names of message types have one.
    public Uri ToUri() =>
        new(Host, $"/{Uri.EscapeDataString(Name).Replace("%3A", ":", StringComparison.Ordinal)}{(IsTopic ? TopicQuery : IsTemporary ? TemporaryQuery : IsCancellation ? CancellationQuery : "")}");

    /// <inheritdoc/>
    public override string ToString() => ToUri().ToString();
}
