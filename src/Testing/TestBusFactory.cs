using Bus.Jobs.Running;
using Bus.Testing.Recording;
using Bus.Testing.Settling;
using MassTransit;
using MassTransit.InMemoryTransport.Configuration;
using MassTransit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Bus.Testing;

/// <summary>Puts a test's bus together.</summary>
internal static class TestBusFactory
{
    public static async Task<TestBus> StartAsync(Action<BusBuilder> configure, IReadOnlyDictionary<string, string?>? settings, bool eager)
    {
        var clock = new FakeTimeProvider();
        var database = new TestDatabase();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<TimeProvider>(clock);
        AddObservers(builder.Services, eager);
        Type? context = null;
        builder.Services.AddBus(Settings(database, settings, eager), bus =>
        {
            bus.Registration.SetInMemorySagaRepositoryProvider();
            configure(bus);
            if (eager)
            {
                bus.Options.Retry.Redelivery = [];
                bus.ConfigureEndpoints((_, _, endpoint) => endpoint.ConfigureReceive(pipe => pipe.UseFilter(new EagerObserver.Scope())));
            }

            context = bus.DatabaseContext;
        });
        if (context is not null)
        {
            // Before the outbox, which a job fills when it ends.
            builder.Services.AddSingleton<IPendingWork>(provider => new PendingJobs(provider.GetService<IJobIdleness>()));
            builder.Services.AddSingleton(typeof(IPendingWork), typeof(PendingOutbox<>).MakeGenericType(context));
        }

        var host = builder.Build();
        await PrepareAsync(host.Services, context);
        await host.StartAsync();
        var bus = new TestBus(host, database, clock);
        // What is declared is there before the test moves the clock.
        await bus.SettleAsync();
        return bus;
    }

    private static IConfigurationRoot Settings(TestDatabase database, IReadOnlyDictionary<string, string?>? settings, bool eager) => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Bus:Transport"] = "InMemory",
            ["Bus:Database"] = "Sqlite",
            ["Bus:DataFolder"] = database.Folder,
            ["ConnectionStrings:Bus"] = database.ConnectionString,
            // The clock stands still: a retry that waits would wait for the test.
            ["Bus:Retry:Strategy"] = "Immediate",
            // A test moves the clock by what it has set, not by what chance adds.
            ["Bus:Retry:RedeliveryJitterPercent"] = "0",
        })
        .AddInMemoryCollection(settings ?? new Dictionary<string, string?>())
        .AddInMemoryCollection(eager ? new Dictionary<string, string?> { ["Bus:Retry:MaxAttempts"] = "1" } : [])
        .Build();

    private static void AddObservers(IServiceCollection services, bool eager)
    {
        services.AddSingleton<FabricMap>();
        services.AddSingleton<InFlight>();
        services.AddSingleton<MessageLog>();
        services.AddSingleton<Settlement>();
        services.AddSingleton<TrafficObserver>();
        services.AddSingleton<ISendObserver>(provider => provider.GetRequiredService<TrafficObserver>());
        services.AddSingleton<IPublishObserver>(provider => provider.GetRequiredService<TrafficObserver>());
        services.AddSingleton<IReceiveObserver>(provider => provider.GetRequiredService<TrafficObserver>());
        if (eager)
        {
            services.AddSingleton<EagerObserver>();
            services.AddSingleton<ISendObserver>(provider => provider.GetRequiredService<EagerObserver>());
            services.AddSingleton<IPublishObserver>(provider => provider.GetRequiredService<EagerObserver>());
        }
    }

    // The map must listen before the start, when the transport makes its queues and exchanges.
    private static async Task PrepareAsync(IServiceProvider services, Type? context)
    {
        var bus = services.GetRequiredService<IBusInstance>();
        if (bus.HostConfiguration is IInMemoryHostConfiguration host)
        {
            host.TransportProvider.MessageFabric.ConnectMessageFabricObserver(services.GetRequiredService<FabricMap>());
        }

        if (context is not null)
        {
            await TestDatabase.CreateTablesAsync(services, context);
        }
    }
}
