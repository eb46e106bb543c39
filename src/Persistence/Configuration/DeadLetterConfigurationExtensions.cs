using Bus.Core.SharedFile;
using Bus.Persistence.DeadLetters;
using Bus.Persistence.Outbox;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence;

/// <summary>Registers the store of dead letters.</summary>
public static class DeadLetterConfigurationExtensions
{
    /// <summary>
    /// Takes messages that the endpoints of this bus give up, or do not know, out of their <c>_error</c> and <c>_skipped</c> queues into tables in the database of <typeparamref name="TDbContext"/>, and lets
    /// <see cref="IDeadLetters"/> deal with them and with dead jobs. Needs <c>AddEntityFrameworkOutbox</c> and a model with <c>AddTransactionalOutboxEntities</c>. Calls after the first do nothing.
    /// </summary>
    /// <param name="services">MassTransit's registration.</param>
    /// <param name="options">The options; null for the defaults.</param>
    public static void AddDeadLetters<TDbContext>(this IBusRegistrationConfigurator services, DeadLetterOptions? options = null)
        where TDbContext : DbContext
    {
        if (services.Any(service => service.ServiceType == typeof(DeadLetterOptions)))
            return;
        services.AddSingleton(options ?? new DeadLetterOptions());
        AddServices<TDbContext>(services);
    }

    private static void AddServices<TDbContext>(IBusRegistrationConfigurator services)
        where TDbContext : DbContext
    {
        services.TryAddSingleton<DeadLetterQueues>(provider => new EndpointDeadLetterQueues(provider.GetRequiredService<IBus>, provider.GetService<IQueueDirectory>, provider.GetRequiredService<ILoggerFactory>()));
        services.AddReceiveEndpointObserver(provider => new EndpointNames(provider.GetRequiredService<DeadLetterQueues>(), provider.GetRequiredService<IBus>));
        services.TryAddSingleton<LetterFields>();
        services.TryAddSingleton<DeadLetterIntake<TDbContext>>();
        services.TryAddSingleton(provider => new LetterReplayer<TDbContext>(provider.GetRequiredService<OutboxEngine<TDbContext>>(), provider.GetRequiredService<IServiceScopeFactory>(), provider));
        services.TryAddSingleton<LetterOperations<TDbContext>>();
        services.TryAddSingleton<DeadLetterUpkeep<TDbContext>>();
        services.TryAddSingleton<IDeadLetters, DeadLetterStore<TDbContext>>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DeadLetterService<TDbContext>>());
    }
}
