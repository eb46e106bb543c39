using Bus.Core.SharedFile;
using Bus.Jobs.Handling;
using Bus.Jobs.Running;
using Bus.Jobs.Store;
using Bus.Jobs.Tracking;
using Bus.Jobs.Webhooks;
using Bus.Persistence.DeadLetters;
using Bus.Persistence.Inbox;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Bus.Jobs;

/// <summary>Registers jobs.</summary>
public static class JobsRegistration
{
    /// <summary>
    /// Adds jobs, whose tables are in the database of <typeparamref name="TDbContext"/> beside its outbox. Needs <c>AddEntityFrameworkOutbox</c> with <c>UseBusOutbox</c>, which <c>bus.UseDatabase</c> calls, and a
    /// model with <c>AddTransactionalOutboxEntities</c>. May be called more than once: handlers add up.
    /// </summary>
    /// <param name="services">MassTransit's registration.</param>
    /// <param name="configure">Names the handlers; null for none, in a process that only enqueues.</param>
    public static void AddJobs<TDbContext>(this IBusRegistrationConfigurator services, Action<JobsBuilder>? configure = null)
        where TDbContext : DbContext
    {
        if (services.LastOrDefault(service => service.ServiceType == typeof(JobsBuilder))?.ImplementationInstance is not JobsBuilder builder)
        {
            var catalog = new JobCatalog();
            builder = new JobsBuilder(services, catalog, new JobsOptions());
            services.AddSingleton(builder);
            services.AddSingleton(builder.Options);
            services.AddSingleton(catalog);
            services.AddSingleton(builder.Tracked);
            AddServices<TDbContext>(services, builder.HintEndpoint);
        }

        configure?.Invoke(builder);
        if (!builder.Tracked.IsEmpty)
            services.TryAddSingleton<IInboxTracking<TDbContext>, InboxTracking<TDbContext>>();
        builder.HandleWebhooks<WebhookHandler<TDbContext>>();
    }

    private static void AddServices<TDbContext>(IBusRegistrationConfigurator services, string hintEndpoint)
        where TDbContext : DbContext
    {
        services.AddConsumer<JobHintConsumer<TDbContext>>().Endpoint(endpoint => (endpoint.Name, endpoint.Temporary, endpoint.ConcurrentMessageLimit) = (hintEndpoint, true, 1));
        services.TryAddSingleton(provider => new JobHints(
            provider.GetRequiredService<IBus>, provider.GetService<INeighbours>, () => provider.GetRequiredService<OutboxEngine<TDbContext>>().DatabaseName));
        services.TryAddSingleton(provider => new JobWaiters(provider.GetRequiredService<JobHints>().Send, TimeSpan.FromMilliseconds(500)));
        services.TryAddSingleton<JobProgress<TDbContext>>();
        services.TryAddSingleton<JobLogWriter<TDbContext>>();
        services.TryAddSingleton(provider => new WebhookRules(provider.GetRequiredService<JobsOptions>().Webhooks));
        services.TryAddSingleton(provider => new WebhookSignature(provider.GetRequiredService<JobsOptions>().Webhooks));
        services.TryAddSingleton(provider => new WebhookSender(
            provider.GetRequiredService<WebhookRules>(), provider.GetRequiredService<WebhookSignature>(), provider.GetRequiredService<OutboxEngine<TDbContext>>().Time));
        services.TryAddSingleton(provider => new JobMaker(provider.GetRequiredService<JobCatalog>(), provider.GetRequiredService<WebhookRules>(), provider.GetRequiredService<JobsOptions>(), Now<TDbContext>(provider)));
        services.TryAddSingleton(provider => new JobRunner<TDbContext>(
            provider.GetRequiredService<OutboxEngine<TDbContext>>(), provider.GetRequiredService<IServiceScopeFactory>(), provider.GetRequiredService<JobCatalog>(), provider.GetRequiredService<JobProgress<TDbContext>>(),
            provider.GetRequiredService<JobLogWriter<TDbContext>>(), provider.GetRequiredService<Func<JobNews<TDbContext>>>(), provider.GetRequiredService<JobWaiters>(), provider.GetRequiredService<DeadJobs<TDbContext>>(),
            provider.GetRequiredService<JobsOptions>(), Now<TDbContext>(provider)));
        services.TryAddSingleton<JobStation<TDbContext>>();
        services.TryAddSingleton<Func<JobStation<TDbContext>>>(provider => provider.GetRequiredService<JobStation<TDbContext>>);
        services.TryAddSingleton<JobDispatcher<TDbContext>>();
        services.TryAddSingleton<JobLines<TDbContext>>();
        services.TryAddSingleton<JobNews<TDbContext>>();
        services.TryAddSingleton<Func<JobNews<TDbContext>>>(provider => provider.GetRequiredService<JobNews<TDbContext>>);
        services.TryAddSingleton<JobRows<TDbContext>>();
        services.TryAddSingleton<IJobIdleness, JobIdleness<TDbContext>>();
        services.TryAddSingleton<BatchMaker>();
        services.TryAddSingleton<BatchEnqueuer<TDbContext>>();
        services.TryAddSingleton<JobRescue<TDbContext>>();
        services.TryAddSingleton<JobFolding<TDbContext>>();
        services.TryAddSingleton<JobQueues<TDbContext>>();
        services.TryAddSingleton<JobGauges<TDbContext>>();
        services.TryAddSingleton<JobUpkeep<TDbContext>>();
        services.TryAddSingleton<IJobClient, JobClient<TDbContext>>();
        services.TryAddSingleton<DeadJobs<TDbContext>>();
        services.TryAddSingleton<JobOperations<TDbContext>>();
        services.TryAddSingleton<IJobOperations>(provider => provider.GetRequiredService<JobOperations<TDbContext>>());
        services.TryAddSingleton<IDeadJobReplay>(provider => provider.GetRequiredService<JobOperations<TDbContext>>());
        services.TryAddScoped<IJobs, ScopedJobs<TDbContext>>();
        services.TryAddScoped<IScheduledJobs, ScopedJobs<TDbContext>>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, JobService<TDbContext>>());
    }

    private static Func<long> Now<TDbContext>(IServiceProvider provider)
        where TDbContext : DbContext => () => provider.GetRequiredService<OutboxEngine<TDbContext>>().Timers.Now;
}
