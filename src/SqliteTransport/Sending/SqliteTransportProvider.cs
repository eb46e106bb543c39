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
    public Task<ISendTransport> GetSendTransport(Uri address) => Task.FromResult<ISendTransport>(Create(SqliteEndpointAddress.Parse(address)));

    /// <inheritdoc/>
    public async Task<ISendTransport> GetPublishTransport<T>(Uri? publishAddress)
        where T : class
    {
        await host.PublishTopology.TopicsOf<T>().DeclareAsync(await host.File.GetAsync(), CancellationToken.None);
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
