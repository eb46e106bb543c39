using Bus.SqliteTransport.Engine;
using Bus.SqliteTransport.Receiving;
using Bus.SqliteTransport.Topology;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Configuration;

/// <summary>One receive endpoint as configured.</summary>
internal sealed class SqliteReceiveEndpointConfiguration : ReceiveEndpointConfiguration, ISqliteReceiveEndpointConfigurator
{
    private readonly SqliteHostConfiguration _host;
    private readonly SqliteEndpointConfiguration _endpoint;
    private Uri? _inputAddress;

    public SqliteReceiveEndpointConfiguration(SqliteHostConfiguration host, string queue, SqliteEndpointConfiguration endpoint)
        : base(host, endpoint) => (_host, Queue, _endpoint, Temporary) = (host, queue, endpoint, endpoint.IsBusEndpoint);

    public string Queue { get; }

    public bool Temporary { get; set; }

    public long? MaxLength { get; set; }

    /// <inheritdoc/>
    public bool PurgeOnStartup { get; set; }

    public TimeSpan FullTimeout { get; set; } = new QueueOptions().FullTimeout;

    public PartitionFailure PartitionFailure { get; set; }

    /// <inheritdoc/>
    public override Uri HostAddress => _host.HostAddress;

    /// <inheritdoc/>
    public override Uri InputAddress => _inputAddress ??= new SqliteEndpointAddress(Queue, IsTemporary: Temporary).ToUri();

    public IReadOnlyCollection<TopicSubscription> Subscriptions => _endpoint.SqliteTopology.Consume.Subscriptions();

    public QueueOptions QueueOptions => new() { Temporary = Temporary, MaxLength = MaxLength, FullTimeout = FullTimeout };

    /// <inheritdoc/>
    public void Subscribe(string topic, string? routingKey = null) => _endpoint.SqliteTopology.Consume.Subscribe(topic, routingKey);

    /// <inheritdoc/>
    public void Subscribe<T>(string? routingKey = null)
        where T : class => _endpoint.SqliteTopology.Consume.Subscribe<T>(routingKey);

    /// <inheritdoc/>
    public override ReceiveEndpointContext CreateReceiveEndpointContext() => CreateContext();

    /// <inheritdoc/>
    public override IReceivePipe CreateReceivePipe() =>
        Receive.CreatePipe(CreateConsumePipe(), new ReceivedSerialization(Serialization.CreateSerializerCollection()));

    public void Build(IHost host)
    {
        var context = CreateContext();
        var endpoint = new ReceiveEndpoint(new SqliteReceiveTransport(context), context);
        host.AddReceiveEndpoint(Queue, endpoint);
        ReceiveEndpoint = endpoint;
    }

    /// <inheritdoc/>
    public override IEnumerable<ValidationResult> Validate()
    {
        if (MaxLength is < 1)
            yield return this.Failure(Queue, nameof(MaxLength), $"must be at least 1 or null, but was {MaxLength}.");
        if (FullTimeout < TimeSpan.Zero)
            yield return this.Failure(Queue, nameof(FullTimeout), $"must not be negative, but was {FullTimeout}.");
        if (_inputAddress is not null && _inputAddress != new SqliteEndpointAddress(Queue, IsTemporary: Temporary).ToUri())
            yield return this.Failure(Queue, nameof(Temporary), "must be set before the endpoint's address is used.");
        foreach (var result in base.Validate())
            yield return result.WithParentKey(Queue);
    }

    private SqliteReceiveEndpointContext CreateContext()
    {
        ApplySpecifications(new SqliteReceiveEndpointBuilder(this, _endpoint.SqliteTopology.Consume));
        return new SqliteReceiveEndpointContext(_host, this);
    }
}
