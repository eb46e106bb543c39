using Bus.SqliteTransport.Hosting;
using Bus.SqliteTransport.Topology;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Configuration;

/// <summary>The host of a bus: its file and its endpoints.</summary>
internal sealed class SqliteHostConfiguration : BaseHostConfiguration<SqliteReceiveEndpointConfiguration, ISqliteReceiveEndpointConfigurator>
{
    private readonly SqliteBusConfiguration _bus;
    private readonly SqliteTopologyConfiguration _topology;

    public SqliteHostConfiguration(SqliteBusConfiguration bus, SqliteTopologyConfiguration topology)
        : base(bus)
    {
        (_bus, _topology) = (bus, topology);
        Topology = new SqliteBusTopology(this, topology);
        ReceiveTransportRetryPolicy = Retry.CreatePolicy(retry => retry.None());
        File = new QueueFileAgent(this);
    }

    public SqliteHostSettings Settings { get; } = new();

    public QueueFileAgent File { get; }

    public SqlitePublishTopology PublishTopology => _topology.Publish;

    /// <inheritdoc/>
    public override Uri HostAddress => SqliteEndpointAddress.Host;

    /// <inheritdoc/>
    public override IBusTopology Topology { get; }

    /// <inheritdoc/>
    public override IRetryPolicy ReceiveTransportRetryPolicy { get; }

    /// <inheritdoc/>
    public override IEnumerable<ValidationResult> Validate() => Settings.Validate().Concat(base.Validate());

    /// <inheritdoc/>
    public override IReceiveEndpointConfiguration CreateReceiveEndpointConfiguration(string queueName, Action<IReceiveEndpointConfigurator>? configure) =>
        CreateReceiveEndpoint(queueName, configure);

    public SqliteReceiveEndpointConfiguration CreateReceiveEndpoint(string queue, Action<ISqliteReceiveEndpointConfigurator>? configure) =>
        CreateReceiveEndpoint(queue, _bus.CreateEndpointConfiguration(isBusEndpoint: false), configure);

    public SqliteReceiveEndpointConfiguration CreateReceiveEndpoint(
        string queue, SqliteEndpointConfiguration endpoint, Action<ISqliteReceiveEndpointConfigurator>? configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queue);
        var configuration = new SqliteReceiveEndpointConfiguration(this, queue, endpoint);
        configure?.Invoke(configuration);
        Observers.EndpointConfigured(configuration);
        Add(configuration);
        return configuration;
    }

    /// <inheritdoc/>
    public override void ReceiveEndpoint(string queueName, Action<ISqliteReceiveEndpointConfigurator> configureEndpoint) => CreateReceiveEndpoint(queueName, configureEndpoint);

    /// <inheritdoc/>
    public override void ReceiveEndpoint(
        IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter, Action<ISqliteReceiveEndpointConfigurator>? configureEndpoint = null) =>
        ReceiveEndpoint(definition.GetEndpointName(endpointNameFormatter ?? DefaultEndpointNameFormatter.Instance), endpoint =>
        {
            Define(endpoint, definition);
            configureEndpoint?.Invoke(endpoint);
        });

    public void Define(ISqliteReceiveEndpointConfigurator endpoint, IEndpointDefinition definition)
    {
        endpoint.Temporary = definition.IsTemporary;
        ApplyEndpointDefinition(endpoint, definition);
    }

    /// <inheritdoc/>
    public override IHost Build()
    {
        var host = new SqliteHost(this);
        foreach (var endpoint in GetConfiguredEndpoints())
            endpoint.Build(host);
        return host;
    }
}
