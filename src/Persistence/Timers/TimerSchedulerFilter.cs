using Bus.Persistence.Outbox;
using MassTransit;
using MassTransit.Context;
using MassTransit.Scheduling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Persistence.Timers;

/// <summary>Gives handlers without the inbox the service's timers, in the place of what their transport delays by itself. What they schedule is committed before the call returns.</summary>
internal sealed class TimerSchedulerFilter<TDbContext>(IServiceProvider provider) : IFilter<ConsumeContext>
    where TDbContext : DbContext
{
    /// <inheritdoc/>
    public Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        var scheduler = new ConsumeMessageSchedulerContext(context, Create);
        context.AddOrUpdatePayload<MessageSchedulerContext>(() => scheduler, _ => scheduler);
        return next.Send(context);
    }

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateFilterScope("timers").Add("context", typeof(TDbContext).Name);

    private MessageScheduler Create(ConsumeContext context) =>
        new(new CommittingScheduleMessageProvider<TDbContext>(provider.GetRequiredService<OutboxEngine<TDbContext>>(), provider.GetRequiredService<IServiceScopeFactory>(), caller: null), provider.GetRequiredService<IBus>().Topology);
}
