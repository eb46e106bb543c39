using System.Collections.Concurrent;
using Bus.Persistence;
using Bus.TestSupport;
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
    private readonly IHost _host;

    private CounterService(IHost host) => _host = host;

    public CounterHooks Hooks => Get<CounterHooks>();

    /// <summary>What messages failed with.</summary>
    public ConcurrentQueue<Exception> Faults { get; } = new();

    private IBus Bus => Get<IBus>();

    private int _consumed;
    private int _announced;

    /// <summary>How many messages of the saga have been handled.</summary>
    public int Consumed => Volatile.Read(ref _consumed);

    /// <summary>How many <see cref="CounterIncremented"/> have left.</summary>
    public int Announced => Volatile.Read(ref _announced);

    public static async Task<CounterService> StartAsync<TContext>(
        TestDatabase database, Action<IEntityFrameworkSagaRepositoryConfigurator<Counter>> repository,
        Action<IRegistrationContext, IReceiveEndpointConfigurator>? endpoint = null, Action<IServiceCollection>? services = null,
        Action<IBusRegistrationConfigurator>? bus = null)
        where TContext : CounterDbContext
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.ConfigureContainer(new DefaultServiceProviderFactory(new ServiceProviderOptions { ValidateScopes = true }));
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        builder.Services.AddSingleton<CounterHooks>();
        services?.Invoke(builder.Services);
        builder.Services.AddMassTransit(x =>
        {
            x.DisableUsageTelemetry();
            x.AddSagaStateMachine<CounterStateMachine, Counter>().EntityFrameworkRepository(r =>
            {
                r.AddDbContext<CounterDbContext, TContext>((_, options) => database.Configure(options));
                repository(r);
            });
            x.AddConfigureEndpointsCallback((context, _, configurator) => endpoint?.Invoke(context, configurator));
            bus?.Invoke(x);
            x.UsingInMemory((context, configurator) => configurator.ConfigureEndpoints(context));
        });
        var service = new CounterService(builder.Build());
        await using (var scope = service._host.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<CounterDbContext>().Database.EnsureCreatedAsync();
        service.Bus.ConnectReceiveObserver(service);
        service.Bus.ConnectPublishObserver(service);
        await service._host.StartAsync();
        return service;
    }

    public Task PublishAsync<T>(T message)
        where T : class => Bus.Publish(message);

    /// <summary>Publishes with a message id of the test's choice.</summary>
    public Task PublishAsync<T>(T message, Guid messageId)
        where T : class => Bus.Publish(message, context => context.MessageId = messageId);

    /// <summary>The instance as stored, or null.</summary>
    public async Task<Counter?> FindAsync(Guid id)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<CounterDbContext>().Set<Counter>().AsNoTracking()
            .SingleOrDefaultAsync(counter => counter.CorrelationId == id);
    }

    /// <summary>Does something to the stored instance from outside, as another process would.</summary>
    public async Task ChangeAsync(Guid id, Action<Counter> change)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CounterDbContext>();
        var counter = await db.Set<Counter>().SingleAsync(counter => counter.CorrelationId == id);
        change(counter);
        counter.Version++;
        await db.SaveChangesAsync();
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    Task IReceiveObserver.PreReceive(ReceiveContext context) => Task.CompletedTask;

    Task IReceiveObserver.PostReceive(ReceiveContext context) => Task.CompletedTask;

    Task IReceiveObserver.PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
    {
        Interlocked.Add(ref _consumed, typeof(T) == typeof(CounterIncremented) ? 0 : 1);
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
