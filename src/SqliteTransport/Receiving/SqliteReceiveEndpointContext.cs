using Bus.SqliteTransport.Configuration;
using Bus.SqliteTransport.Sending;
using MassTransit;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Receiving;

/// <summary>One receive endpoint at work.</summary>
internal sealed class SqliteReceiveEndpointContext : BaseReceiveEndpointContext
{
    public SqliteReceiveEndpointContext(SqliteHostConfiguration host, SqliteReceiveEndpointConfiguration configuration)
        : base(host, configuration)
    {
        (Host, Configuration) = (host, configuration);
        var send = configuration.Topology.Send;
        ErrorQueue = send.ErrorQueueNameFormatter.FormatErrorQueueName(configuration.Queue);
        var error = new SqliteErrorTransport(ErrorQueue);
        var skipped = new SqliteDeadLetterTransport(send.DeadLetterQueueNameFormatter.FormatDeadLetterQueueName(configuration.Queue));
        AddOrUpdatePayload<IErrorTransport>(() => error, _ => error);
        AddOrUpdatePayload<IDeadLetterTransport>(() => skipped, _ => skipped);
        AddOrUpdatePayload(() => host.Topology, _ => host.Topology);
    }

    public SqliteHostConfiguration Host { get; }

    public SqliteReceiveEndpointConfiguration Configuration { get; }

    public string ErrorQueue { get; }

    /// <inheritdoc/>
    public override void AddSendAgent(IAgent agent) => throw new NotSupportedException("This transport has no agents to supervise.");

    /// <inheritdoc/>
    public override void AddConsumeAgent(IAgent agent) => throw new NotSupportedException("This transport has no agents to supervise.");

    /// <inheritdoc/>
    public override Exception ConvertException(Exception exception, string message) =>
        exception is QueueFileException file ? new ConnectionException(file.Message, file, file.IsTransient) : exception;

    protected override ISendTransportProvider CreateSendTransportProvider() => new SqliteTransportProvider(Host, Serialization);

    protected override IPublishTransportProvider CreatePublishTransportProvider() => new SqliteTransportProvider(Host, Serialization);
}
