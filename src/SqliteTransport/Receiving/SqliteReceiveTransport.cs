using MassTransit;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Receiving;

/// <summary>Starts the receiver of an endpoint.</summary>
internal sealed class SqliteReceiveTransport(SqliteReceiveEndpointContext context) : IReceiveTransport
{
    /// <inheritdoc/>
    public ReceiveTransportHandle Start()
    {
        context.Host.File.Start();
        return new SqliteReceiver(context);
    }

    /// <inheritdoc/>
    public void Probe(ProbeContext probe)
    {
        var scope = probe.CreateScope("receiveTransport");
        scope.Add("type", "Sqlite");
        scope.Add("address", context.InputAddress);
        scope.Add("prefetchCount", context.PrefetchCount);
        scope.Add("concurrentMessageLimit", context.ConcurrentMessageLimit ?? context.PrefetchCount);
    }

    /// <inheritdoc/>
    public ConnectHandle ConnectReceiveObserver(IReceiveObserver observer) => context.ConnectReceiveObserver(observer);

    /// <inheritdoc/>
    public ConnectHandle ConnectReceiveTransportObserver(IReceiveTransportObserver observer) => context.ConnectReceiveTransportObserver(observer);

    /// <inheritdoc/>
    public ConnectHandle ConnectPublishObserver(IPublishObserver observer) => context.ConnectPublishObserver(observer);

    /// <inheritdoc/>
    public ConnectHandle ConnectSendObserver(ISendObserver observer) => context.ConnectSendObserver(observer);
}
