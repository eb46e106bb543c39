using Bus.Persistence.Outbox;
using MassTransit;
using MassTransit.DependencyInjection;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using MassTransit.Scheduling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Persistence.Timers;

/// <summary>The scheduler of a scope: its timers are part of what the scope commits where the outbox captures what the scope sends, and else are committed at once.</summary>
internal static class TimerScheduler
{
    public static IMessageScheduler Create<TDbContext>(IServiceProvider provider)
        where TDbContext : DbContext
    {
        var endpoints = provider.GetRequiredService<IScopedBusContextProvider<IBus>>().Context.SendEndpointProvider;
        var engine = provider.GetRequiredService<OutboxEngine<TDbContext>>();
        return Captures(endpoints)
            ? engine.SchedulerOf(endpoints)
            : new MessageScheduler(new CommittingScheduleMessageProvider<TDbContext>(engine, provider.GetRequiredService<IServiceScopeFactory>(), provider), provider.GetRequiredService<IBus>().Topology);
    }

    private static bool Captures(ISendEndpointProvider endpoints) =>
        endpoints is OutboxSendEndpointProvider or OutboxSendContext || (endpoints is ConsumeContext consumed && consumed.TryGetPayload<OutboxSendContext>(out _));
}
