using MassTransit;
using MassTransit.Clients;
using MassTransit.DependencyInjection;
using MassTransit.Transports;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Outbox;

/// <summary>Chooses what <c>IPublishEndpoint</c> and <c>ISendEndpointProvider</c> are in a scope: the consume context inside a consumer, the outbox elsewhere.</summary>
internal sealed class OutboxScopedBusContextProvider<TDbContext> : IScopedBusContextProvider<IBus>
    where TDbContext : DbContext
{
    public OutboxScopedBusContextProvider(
        IBus bus, OutboxEngine<TDbContext> engine, OutboxBuffer<TDbContext> buffer, Bind<IBus, IClientFactory> clients,
        Bind<IBus, IScopedConsumeContextProvider> busConsumeContext, IScopedConsumeContextProvider anyConsumeContext, IServiceProvider provider)
    {
        if (busConsumeContext.Value.HasContext)
            Context = new ConsumeContextScopedBusContext(busConsumeContext.Value.GetContext(), clients.Value);
        else if (anyConsumeContext.HasContext)
            Context = Outbox(
                new ScopedConsumePublishEndpointProvider(bus, anyConsumeContext.GetContext(), provider),
                new ScopedConsumeSendEndpointProvider(bus, anyConsumeContext.GetContext(), provider));
        else
            Context = Outbox(bus, bus);

        ScopedBusContext Outbox(IPublishEndpointProvider publish, ISendEndpointProvider send) =>
            new OutboxScopedBusContext<TDbContext>(publish, send, clients.Value, buffer, engine, provider);
    }

    public ScopedBusContext Context { get; }
}
