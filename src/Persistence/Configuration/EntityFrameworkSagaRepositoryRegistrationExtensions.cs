using Bus.Persistence.Sagas;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Bus.Persistence;

/// <summary>Stores sagas with EF Core.</summary>
public static class EntityFrameworkSagaRepositoryRegistrationExtensions
{
    /// <summary>Stores this saga with EF Core.</summary>
    /// <exception cref="ConfigurationException">No DbContext was named.</exception>
    public static ISagaRegistrationConfigurator<TSaga> EntityFrameworkRepository<TSaga>(
        this ISagaRegistrationConfigurator<TSaga> configurator, Action<IEntityFrameworkSagaRepositoryConfigurator<TSaga>>? configure)
        where TSaga : class, ISaga
    {
        var repository = new EntityFrameworkSagaRepositoryConfigurator<TSaga>();
        configure?.Invoke(repository);
        configurator.Repository(repository.Register);
        return configurator;
    }

    /// <summary>Stores this saga in <paramref name="sagaRepository"/>'s DbContext, mapped by <paramref name="configureSagaMapping"/>.</summary>
    public static ISagaRegistrationConfigurator<TSaga> EntityFrameworkRepository<TSaga>(
        this ISagaRegistrationConfigurator<TSaga> configurator, IEntityFrameworkSagaRepository sagaRepository,
        Action<IEntityFrameworkSagaRepositoryConfigurator<TSaga>>? configure = null, Action<EntityTypeBuilder<TSaga>>? configureSagaMapping = null)
        where TSaga : class, ISaga =>
        configurator.EntityFrameworkRepository(sagaRepository, configure, new ActionSagaClassMap<TSaga>(configureSagaMapping));

    /// <summary>Stores this saga in <paramref name="sagaRepository"/>'s DbContext, mapped by <paramref name="sagaClassMap"/>.</summary>
    public static ISagaRegistrationConfigurator<TSaga> EntityFrameworkRepository<TSaga>(
        this ISagaRegistrationConfigurator<TSaga> configurator, IEntityFrameworkSagaRepository sagaRepository,
        Action<IEntityFrameworkSagaRepositoryConfigurator<TSaga>>? configure, ISagaClassMap<TSaga>? sagaClassMap)
        where TSaga : class, ISaga
    {
        sagaRepository.AddSagaClassMap(sagaClassMap ?? new ActionSagaClassMap<TSaga>(null));
        return configurator.EntityFrameworkRepository(repository =>
        {
            repository.DatabaseFactory(sagaRepository.GetDbContext);
            configure?.Invoke(repository);
        });
    }

    /// <summary>Stores the sagas of MassTransit's job service with EF Core.</summary>
    public static IJobSagaRegistrationConfigurator EntityFrameworkRepository(
        this IJobSagaRegistrationConfigurator configurator, Action<IEntityFrameworkSagaRepositoryConfigurator>? configure = null)
    {
        configurator.UseRepositoryRegistrationProvider(new EntityFrameworkSagaRepositoryRegistrationProvider(configure));
        return configurator;
    }

    /// <summary>Stores every saga with EF Core that has no repository of its own.</summary>
    public static void SetEntityFrameworkSagaRepositoryProvider(
        this IRegistrationConfigurator configurator, Action<IEntityFrameworkSagaRepositoryConfigurator> configure) =>
        configurator.SetSagaRepositoryProvider(new EntityFrameworkSagaRepositoryRegistrationProvider(configure));

    /// <summary>A DbContext for sagas alone, put together from the maps they are registered with.</summary>
    public static IEntityFrameworkSagaRepository CreateEntityFrameworkSagaRepository(
        this IRegistrationConfigurator registrationConfigurator, Action<DbContextOptionsBuilder> configure)
    {
        _ = registrationConfigurator;
        var builder = new DbContextOptionsBuilder<SagaMapDbContext>();
        configure(builder);
        return new SagaMapRepository(builder.Options);
    }
}
