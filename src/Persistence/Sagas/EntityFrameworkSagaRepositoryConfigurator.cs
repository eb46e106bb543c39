using System.Data;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Bus.Persistence.Sagas;

/// <summary>Collects what a user says about one saga's repository, and registers it.</summary>
internal sealed class EntityFrameworkSagaRepositoryConfigurator<TSaga> : IEntityFrameworkSagaRepositoryConfigurator<TSaga>
    where TSaga : class, ISaga
{
    private SagaRepositorySettings<TSaga> _settings = new();
    private Action<IServiceCollection>? _registerContext;

    public ConcurrencyMode ConcurrencyMode
    {
        set => _settings = _settings with { Mode = value };
    }

    public IsolationLevel IsolationLevel
    {
        set => _settings = _settings with { Isolation = value };
    }

    public ILockStatementProvider LockStatementProvider
    {
        set => _settings = _settings with { LockStatements = value };
    }

    public MissingInstanceBehavior MissingInstance
    {
        set => _settings = _settings with { MissingInstance = value };
    }

    public void CustomizeQuery(Func<IQueryable<TSaga>, IQueryable<TSaga>> queryCustomization) =>
        _settings = _settings with { Customize = queryCustomization };

    public void SetOptimisticConcurrency(bool useTransaction = true) =>
        _settings = _settings with { Mode = ConcurrencyMode.Optimistic, UseTransaction = useTransaction };

    public void DatabaseFactory(Func<DbContext> databaseFactory) => DatabaseFactory(_ => databaseFactory);

    public void DatabaseFactory(Func<IServiceProvider, Func<DbContext>> databaseFactory) => _registerContext = services =>
        services.AddScoped<ISagaDbContextFactory<TSaga>>(provider => new DelegateSagaDbContextFactory<TSaga>(databaseFactory(provider)));

    public void ExistingDbContext<TContext>()
        where TContext : DbContext => _registerContext = services =>
        services.AddScoped<ISagaDbContextFactory<TSaga>, ContainerSagaDbContextFactory<TContext, TSaga>>();

    public void AddDbContext<TContext, TImplementation>(Action<IServiceProvider, DbContextOptionsBuilder<TImplementation>>? optionsAction = null)
        where TContext : DbContext
        where TImplementation : DbContext, TContext => _registerContext = services =>
        {
            // Several sagas may name the same context: its options are not applied twice.
            if (services.All(service => service.ServiceType != typeof(TContext)))
            {
                // Through EF's own registration, so that ConfigureDbContext<TImplementation>, and with it an outbox, has its say.
                services.AddDbContext<TContext, TImplementation>(
                    (provider, builder) => optionsAction?.Invoke(provider, (DbContextOptionsBuilder<TImplementation>)builder),
                    ServiceLifetime.Scoped, ServiceLifetime.Singleton);
            }

            services.AddScoped<ISagaDbContextFactory<TSaga>, ContainerSagaDbContextFactory<TContext, TSaga>>();
        };

    public void Register(IServiceCollection services)
    {
        var register = _registerContext ?? throw new ConfigurationException(
            $"The saga repository of {typeof(TSaga).Name} has no DbContext: call ExistingDbContext<T>(), AddDbContext<T, T>(...) or DatabaseFactory(...).");
        services.RemoveAll<ISagaDbContextFactory<TSaga>>();
        register(services);

        services.AddOptions<SagaRepositoryOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SagaRepositoryOptions>, SagaRepositoryOptionsValidator>());
        services.Replace(ServiceDescriptor.Singleton(_settings));
        services.TryAddSingleton<SagaRuntime<TSaga>>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureReceiveEndpoint, SagaGuardObserver>());
        GuardRegistration(services);

        services.RegisterLoadSagaRepository<TSaga, EntityFrameworkSagaRepositoryContextFactory<TSaga>>();
        services.RegisterQuerySagaRepository<TSaga, EntityFrameworkSagaRepositoryContextFactory<TSaga>>();
        services.RegisterSagaRepository<
            TSaga, DbContext, SagaConsumeContextFactory<DbContext, TSaga>, EntityFrameworkSagaRepositoryContextFactory<TSaga>>();
    }

    // An endpoint that is declared by hand (ReceiveEndpoint with ConfigureSaga) is not seen by IConfigureReceiveEndpoint: there the saga's own
    // registration calls us. Where both do, the second finds the first's mark.
    private static void GuardRegistration(IServiceCollection services)
    {
        var registrations = services.Where(service => !service.IsKeyedService).Select(service => service.ImplementationInstance).OfType<ISagaRegistration>()
            .Where(registration => registration.Type == typeof(TSaga)).ToList();
        foreach (var registration in registrations)
        {
            registration.AddConfigureAction<TSaga>((context, saga) => saga.ConnectSagaConfigurationObserver(new SagaGuardObserver(context)));
        }
    }
}
