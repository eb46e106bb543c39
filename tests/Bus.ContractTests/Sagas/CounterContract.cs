using Bus.Persistence;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Sagas;

/// <summary>A suite with one counter, handled by one or several services on one database.</summary>
[Collection(nameof(CounterContract))]
public abstract class CounterContract : DatabaseContract
{
    private readonly List<CounterService> _services = [];

    protected Guid Id { get; } = Guid.NewGuid();

    public override async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
            await service.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<CounterService> StartAsync<TContext>(
        Action<IEntityFrameworkSagaRepositoryConfigurator<Counter>> repository, Action<IRegistrationContext, IReceiveEndpointConfigurator>? endpoint,
        Action<IServiceCollection>? services = null, Action<IBusRegistrationConfigurator>? bus = null)
        where TContext : CounterDbContext
    {
        var service = await CounterService.StartAsync<TContext>(Database, repository, endpoint, services, bus);
        _services.Add(service);
        return service;
    }
}
