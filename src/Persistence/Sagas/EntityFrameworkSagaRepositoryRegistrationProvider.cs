using MassTransit;
using MassTransit.Configuration;

namespace Bus.Persistence.Sagas;

/// <summary>Gives every saga without a repository of its own the same one.</summary>
internal sealed class EntityFrameworkSagaRepositoryRegistrationProvider(Action<IEntityFrameworkSagaRepositoryConfigurator>? configure)
    : ISagaRepositoryRegistrationProvider
{
    public void Configure<TSaga>(ISagaRegistrationConfigurator<TSaga> configurator)
        where TSaga : class, ISaga => configurator.EntityFrameworkRepository(repository => configure?.Invoke(repository));
}
