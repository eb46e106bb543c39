using Bus.Persistence.Databases;
using Bus.Persistence.Inbox;
using Bus.Persistence.Outbox;
using Bus.Persistence.Timers;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.DependencyInjection;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Bus.Persistence;

/// <summary>Registers the transactional outbox and inbox.</summary>
public static class EntityFrameworkOutboxConfigurationExtensions
{
    /// <summary>
    /// Adds the outbox and inbox whose tables are in the database of <typeparamref name="TDbContext"/>. The context must be registered with <c>AddDbContext</c> or
    /// <c>AddDbContextPool</c>, before or after this call, and its model must call <c>AddTransactionalOutboxEntities</c>.
    /// </summary>
    /// <exception cref="OutboxException">The options are wrong; all errors are listed.</exception>
    public static void AddEntityFrameworkOutbox<TDbContext>(this IBusRegistrationConfigurator configurator, Action<IEntityFrameworkOutboxConfigurator>? configure = null)
        where TDbContext : DbContext
    {
        var options = new OutboxOptions();
        configure?.Invoke(new EntityFrameworkOutboxConfigurator(options));
        OutboxOptionsValidator.Validate(options, typeof(TDbContext).Name);

        configurator.Configure<OutboxOptionsOf<TDbContext>>(of => of.Options = options);
        configurator.TryAddSingleton<OutboxEngine<TDbContext>>();
        ScopedContext<TDbContext>.Watch(configurator);
        configurator.TryAddScoped<ScopedContext<TDbContext>>();
        configurator.TryAddSingleton<KnownConsumers>();
        configurator.TryAddScoped<OutboxBuffer<TDbContext>>();
        configurator.TryAddScoped<IOutboxContextFactory<TDbContext>, InboxContextFactory<TDbContext>>();
        configurator.TryAddSingleton<IOutboxAdministration<TDbContext>, OutboxAdministration<TDbContext>>();
        configurator.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OutboxService<TDbContext>>());
        configurator.ConfigureDbContext<TDbContext>((provider, builder) =>
        {
            var engine = provider.GetRequiredService<OutboxEngine<TDbContext>>();
            builder.AddInterceptors(SqlitePragmas.Instance, engine.Interceptor, engine.Commands);
        });
        // Whatever the transport delays by itself: one store for all that waits.
        configurator.Replace(ServiceDescriptor.Scoped(TimerScheduler.Create<TDbContext>));
        configurator.TryAddScoped<ITimers, Timers<TDbContext>>();
        configurator.AddConfigureEndpointsCallback((context, _, endpoint) => endpoint.UseFilter(new TimerSchedulerFilter<TDbContext>(context)));
        if (options.BusOutbox)
            configurator.ReplaceScoped<IScopedBusContextProvider<IBus>, OutboxScopedBusContextProvider<TDbContext>>();
    }

    /// <summary>Guards the consumers and sagas of this endpoint with the inbox, and sends what they publish through the outbox.</summary>
    /// <param name="configurator">The endpoint. Configure retries before this call: each try then gets a transaction of its own.</param>
    /// <param name="context">The registration context handed to the endpoint's configuration.</param>
    /// <param name="configure">Accepted from services that move over; null changes nothing.</param>
    public static void UseEntityFrameworkOutbox<TDbContext>(
        this IReceiveEndpointConfigurator configurator, IRegistrationContext context, Action<IOutboxOptionsConfigurator>? configure = null)
        where TDbContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(context);
        var observer = new OutboxConsumePipeSpecificationObserver<TDbContext>(configurator, context);
        configure?.Invoke(observer);
        configurator.ConnectConsumerConfigurationObserver(observer);
        configurator.ConnectSagaConfigurationObserver(observer);
        context.GetRequiredService<KnownConsumers>().Watch(configurator);
        context.GetService<IInboxTracking<TDbContext>>()?.Watch(configurator);
    }

    /// <summary>States that the context uses PostgreSQL. Without it the provider is taken from the context.</summary>
    /// <param name="configurator">The outbox.</param>
    /// <param name="enableSchemaCaching">Accepted from services that move over; names always come from the model.</param>
    public static IEntityFrameworkOutboxConfigurator UsePostgres(this IEntityFrameworkOutboxConfigurator configurator, bool enableSchemaCaching = true) =>
        Expect(configurator, "Npgsql");

    /// <summary>States that the context uses SQL Server. Without it the provider is taken from the context.</summary>
    /// <param name="configurator">The outbox.</param>
    /// <param name="enableSchemaCaching">Accepted from services that move over; names always come from the model.</param>
    public static IEntityFrameworkOutboxConfigurator UseSqlServer(this IEntityFrameworkOutboxConfigurator configurator, bool enableSchemaCaching = true) =>
        Expect(configurator, "SqlServer");

    /// <summary>States that the context uses SQLite. Without it the provider is taken from the context.</summary>
    /// <param name="configurator">The outbox.</param>
    /// <param name="enableSchemaCaching">Accepted from services that move over; names always come from the model.</param>
    public static IEntityFrameworkOutboxConfigurator UseSqlite(this IEntityFrameworkOutboxConfigurator configurator, bool enableSchemaCaching = true) =>
        Expect(configurator, "Sqlite");

    private static IEntityFrameworkOutboxConfigurator Expect(IEntityFrameworkOutboxConfigurator configurator, string provider)
    {
        configurator.Options.ExpectedProvider = provider;
        return configurator;
    }
}
