using Bus.SqliteTransport.Configuration;
using MassTransit;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Hosting;

/// <summary>The running endpoints of a bus.</summary>
internal sealed class SqliteHost(SqliteHostConfiguration configuration) : BaseHost(configuration, configuration.Topology), IHost<ISqliteReceiveEndpointConfigurator>
{
    /// <inheritdoc/>
    public override HostReceiveEndpointHandle ConnectReceiveEndpoint(
        IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter, Action<IReceiveEndpointConfigurator>? configureEndpoint = null) =>
        ConnectReceiveEndpoint(definition, endpointNameFormatter, (ISqliteReceiveEndpointConfigurator endpoint) => configureEndpoint?.Invoke(endpoint));

    /// <inheritdoc/>
    public HostReceiveEndpointHandle ConnectReceiveEndpoint(
        IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter = null, Action<ISqliteReceiveEndpointConfigurator>? configureEndpoint = null) =>
        ConnectReceiveEndpoint(definition.GetEndpointName(endpointNameFormatter ?? DefaultEndpointNameFormatter.Instance), (ISqliteReceiveEndpointConfigurator endpoint) =>
        {
            configuration.Define(endpoint, definition);
            configureEndpoint?.Invoke(endpoint);
        });

    /// <inheritdoc/>
    public override HostReceiveEndpointHandle ConnectReceiveEndpoint(string queueName, Action<IReceiveEndpointConfigurator>? configureEndpoint = null) =>
        ConnectReceiveEndpoint(queueName, (ISqliteReceiveEndpointConfigurator endpoint) => configureEndpoint?.Invoke(endpoint));

    /// <inheritdoc/>
    public HostReceiveEndpointHandle ConnectReceiveEndpoint(string queueName, Action<ISqliteReceiveEndpointConfigurator>? configureEndpoint = null)
    {
        LogContext.SetCurrentIfNull(configuration.LogContext);
        var endpoint = configuration.CreateReceiveEndpoint(queueName, configureEndpoint);
        TransportLogMessages.ConnectReceiveEndpoint(endpoint.InputAddress);
        endpoint.Validate().ThrowIfContainsFailure("The receive endpoint configuration is invalid:");
        endpoint.Build(this);
        return ReceiveEndpoints.Start(queueName);
    }

    protected override void Probe(ProbeContext context)
    {
        context.Add("type", "Sqlite");
        context.Add("path", configuration.Settings.Path);
    }

    // Stopped after the endpoints.
    protected override IAgent[] GetAgentHandles() => [configuration.File];
}
