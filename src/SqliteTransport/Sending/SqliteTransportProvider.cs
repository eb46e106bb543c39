using Bus.SqliteTransport.Configuration;
using Bus.SqliteTransport.Topology;
using MassTransit;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Sending;

/// <summary>Makes the transports of an endpoint; MassTransit keeps them by address and by message type.</summary>
internal sealed class SqliteTransportProvider(SqliteHostConfiguration host, ISerialization serialization) : ISendTransportProvider, IPublishTransportProvider
{
    /// <inheritdoc/>
    public Uri NormalizeAddress(Uri address) => SqliteEndpointAddress.Normalize(address);

    /// <inheritdoc/>
    public Task<ISendTransport> GetSendTransport(Uri address) => Task.FromResult<ISendTransport>(Create(SqliteEndpointAddress.Parse(address)));

    /// <inheritdoc/>
    public async Task<ISendTransport> GetPublishTransport<T>(Uri? publishAddress)
        where T : class
    {
        var (topic, links) = host.PublishTopology.Describe<T>();
        var file = await host.File.GetAsync();
        if (topic is not null)
            await file.DeclareTopicAsync(topic, CancellationToken.None);
        foreach (var link in links)
            await file.LinkAsync(link.From, link.To, CancellationToken.None);
        return Create(SqliteEndpointAddress.Parse(publishAddress!));
    }

    private SendTransport<PipeContext> Create(SqliteEndpointAddress address)
    {
        LogContext.SetCurrentIfNull(host.LogContext);
        var uri = address.ToUri();
        TransportLogMessages.CreateSendTransport(uri);
        return new SendTransport<PipeContext>(new SqliteSendTransportContext(host, serialization, address));
    }
}
