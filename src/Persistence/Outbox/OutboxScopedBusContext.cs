using MassTransit;
using MassTransit.Clients;
using MassTransit.DependencyInjection;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using MassTransit.Transports;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Outbox;

/// <summary>What a scope outside a consumer publishes and sends with: everything goes into the scope's <see cref="OutboxBuffer{TDbContext}"/>. Requests go straight out.</summary>
internal sealed class OutboxScopedBusContext<TDbContext>(
    IPublishEndpointProvider publish, ISendEndpointProvider send, IClientFactory clients, OutboxBuffer<TDbContext> buffer, OutboxEngine<TDbContext> engine, IServiceProvider provider)
    : ScopedBusContext, OutboxSendContext
    where TDbContext : DbContext
{
    private ISendEndpointProvider? _send;
    private IPublishEndpoint? _publish;
    private IScopedClientFactory? _clients;

    public ISendEndpointProvider SendEndpointProvider => _send ??= new OutboxSendEndpointProvider(this, send);

    public IPublishEndpoint PublishEndpoint => _publish ??= new PublishEndpoint(new OutboxPublishEndpointProvider(this, publish));

    public IScopedClientFactory ClientFactory => _clients ??= new ScopedClientFactory(new ClientFactory(new ScopedClientFactoryContext(clients, provider)), null);

    public async Task AddSend<T>(SendContext<T> context)
        where T : class => buffer.Add(await engine.CaptureAsync(context));

    public object? GetService(Type serviceType) => provider.GetService(serviceType);
}
