using System.Runtime.CompilerServices;
using Bus.SqliteTransport.Configuration;
using Bus.SqliteTransport.Topology;
using MassTransit;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Sending;

/// <summary>Makes the transports of an endpoint; MassTransit keeps them by address and by message type.</summary>
internal sealed class SqliteTransportProvider(SqliteHostConfiguration host, ISerialization serialization) : ISendTransportProvider, IPublishTransportProvider
{
    // MassTransit asks at every send, and most programs send to the same objects again and again.
    private readonly ConditionalWeakTable<Uri, Uri> _normalized = [];

    /// <inheritdoc/>
    public Uri NormalizeAddress(Uri address) => _normalized.GetValue(address, static address => SqliteEndpointAddress.Normalize(address));

    /// <inheritdoc/>
    public Task<ISendTransport> GetSendTransport(Uri address) => Task.FromResult<ISendTransport>(Create(SqliteEndpointAddress.Parse(address), topics: null));

    /// <inheritdoc/>
    public Task<ISendTransport> GetPublishTransport<T>(Uri? publishAddress)
        where T : class => Task.FromResult<ISendTransport>(Create(SqliteEndpointAddress.Parse(publishAddress!), host.PublishTopology.TopicsOf<T>()));

    private SendTransport<PipeContext> Create(SqliteEndpointAddress address, PublishedTopics? topics)
    {
        LogContext.SetCurrentIfNull(host.LogContext);
        var uri = address.ToUri();
        TransportLogMessages.CreateSendTransport(uri);
        return new SendTransport<PipeContext>(new SqliteSendTransportContext(host, serialization, address, topics));
    }
}
