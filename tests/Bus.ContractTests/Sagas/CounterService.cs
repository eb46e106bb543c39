using System.Collections.Concurrent;
using Bus.Persistence;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.ContractTests.Sagas;

/// <summary>
/// One service with a bus of its own (in memory) that runs the counter. Two of them on one database are two processes, as far as the saga can tell:
/// they share nothing but the database.
/// </summary>
public sealed class CounterService : IAsyncDisposable, IReceiveObserver, IPublishObserver
{
    private readonly ServiceProvider _services;

    private CounterService(ServiceProvider services) => _services = services;

    public CounterHooks Hooks => _services.GetRequiredService<CounterHooks>();

    /// <summary>What messages failed with.</summary>
    public ConcurrentQueue<Exception> Faults { get; } = new();

    private IBusControl Bus => _services.GetRequiredService<IBusControl>();

    private int _consumed;
    private int _announced;

    /// <summary>How many messages have been handled.</summary>
    public int Consumed => Volatile.Read(ref _consumed);

    /// <summary>How many <see cref="CounterIncremented"/> have left.</summary>
    public int Announced => Volatile.Read(ref _announced);

    public static async Task<CounterService> StartAsync<TContext>(
        SagaTestDatabase database, Action<IEntityFrameworkSagaRepositoryConfigurator<Counter>> repository,
        Action<IRegistrationContext, IReceiveEndpointConfigurator>? endpoint = null, Action<IServiceCollection>? services = null)
        where TContext : CounterDbContext
    {
        var collection = new ServiceCollection();
        collection.AddSingleton<CounterHooks>();
        services?.Invoke(collection);
        collection.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddSagaStateMachine<CounterStateMachine, Counter>().EntityFrameworkRepository(r =>
            {
                r.AddDbContext<CounterDbContext, TContext>((_, options) => database.Configure(options));
                repository(r);
            });
            bus.AddConfigureEndpointsCallback((context, _, configurator) => endpoint?.Invoke(context, configurator));
            bus.UsingInMemory((context, configurator) => configurator.ConfigureEndpoints(context));
        });
        var service = new CounterService(collection.BuildServiceProvider(validateScopes: true));
        await using (var scope = service._services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<CounterDbContext>().Database.EnsureCreatedAsync();
        }

        service.Bus.ConnectReceiveObserver(service);
        service.Bus.ConnectPublishObserver(service);
        await service.Bus.StartAsync();
        return service;
    }

    public Task PublishAsync<T>(T message)
        where T : class => Bus.Publish(message);

    /// <summary>The instance as stored, or null.</summary>
    public async Task<Counter?> FindAsync(Guid id)
    {
        await using var scope = _services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<CounterDbContext>().Set<Counter>().AsNoTracking()
            .SingleOrDefaultAsync(counter => counter.CorrelationId == id);
    }

    /// <summary>Does something to the stored instance from outside, as another process would.</summary>
    public async Task ChangeAsync(Guid id, Action<Counter> change)
    {
        await using var scope = _services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CounterDbContext>();
        var counter = await db.Set<Counter>().SingleAsync(counter => counter.CorrelationId == id);
        change(counter);
        counter.Version++;
        await db.SaveChangesAsync();
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await Bus.StopAsync();
        await _services.DisposeAsync();
    }

    Task IReceiveObserver.PreReceive(ReceiveContext context) => Task.CompletedTask;

    Task IReceiveObserver.PostReceive(ReceiveContext context) => Task.CompletedTask;

    Task IReceiveObserver.PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
    {
        Interlocked.Increment(ref _consumed);
        return Task.CompletedTask;
    }

    Task IReceiveObserver.ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
    {
        Faults.Enqueue(exception);
        return Task.CompletedTask;
    }

    Task IPublishObserver.PrePublish<T>(PublishContext<T> context) => Task.CompletedTask;

    Task IPublishObserver.PostPublish<T>(PublishContext<T> context)
    {
        Interlocked.Add(ref _announced, typeof(T) == typeof(CounterIncremented) ? 1 : 0);
        return Task.CompletedTask;
    }

    Task IPublishObserver.PublishFault<T>(PublishContext<T> context, Exception exception) => Task.CompletedTask;

    Task IReceiveObserver.ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
}
