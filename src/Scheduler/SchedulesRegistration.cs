using Bus.Scheduler.Declaring;
using Bus.Scheduler.Firing;
using Bus.Scheduler.Hosting;
using Bus.Scheduler.Runs;
using Bus.Scheduler.Store;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Bus.Scheduler;

/// <summary>Registers recurring schedules.</summary>
public static class SchedulesRegistration
{
    /// <summary>
    /// Adds recurring schedules, whose tables are in the database of <typeparamref name="TDbContext"/> beside its outbox. Needs <c>AddEntityFrameworkOutbox</c> with <c>UseBusOutbox</c>, which
    /// <c>bus.UseDatabase</c> calls, and a model with <c>AddTransactionalOutboxEntities</c>. May be called more than once: declarations add up.
    /// </summary>
    /// <param name="configurator">MassTransit's registration.</param>
    /// <param name="configure">Declares schedules; null for none, so that there are those made at run time only.</param>
    public static void AddSchedules<TDbContext>(this IBusRegistrationConfigurator configurator, Action<SchedulesBuilder>? configure = null)
        where TDbContext : DbContext
    {
        if (configurator.LastOrDefault(service => service.ServiceType == typeof(SchedulesBuilder))?.ImplementationInstance is not SchedulesBuilder builder)
        {
            builder = new SchedulesBuilder();
            configurator.AddSingleton(builder);
            configurator.AddSingleton(builder.Options);
            AddServices<TDbContext>(configurator);
        }

        configure?.Invoke(builder);
    }

    /// <summary>Notes how the runs of schedules end on an endpoint that is configured by hand; <c>ConfigureEndpoints</c> does it by itself. Call it before retries are configured.</summary>
    public static void UseScheduledRuns<TDbContext>(this IReceiveEndpointConfigurator endpoint, IRegistrationContext context)
        where TDbContext : DbContext => RunFilterObserver<TDbContext>.Attach(endpoint, context.GetRequiredService<RunReport<TDbContext>>());

    private static void AddServices<TDbContext>(IBusRegistrationConfigurator services)
        where TDbContext : DbContext
    {
        services.TryAddSingleton<ServedSchedules>();
        services.TryAddSingleton<ScheduleReconciler<TDbContext>>();
        services.TryAddSingleton<ScheduleDispatcher<TDbContext>>();
        services.TryAddSingleton<RunReport<TDbContext>>();
        services.TryAddSingleton<ScheduleChanges<TDbContext>>();
        services.TryAddSingleton<ISchedules, Schedules<TDbContext>>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SchedulerService<TDbContext>>());
        services.AddHealthChecks().AddCheck<ScheduleHealthCheck<TDbContext>>("schedules", tags: ["ready"]);
        // Before the callbacks that add retries, so that it stands around them.
        services.AddConfigureEndpointsCallback((context, _, endpoint) => endpoint.UseScheduledRuns<TDbContext>(context));
    }
}
