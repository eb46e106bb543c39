using Bus.Benchmarks.Consumers;
using Bus.Benchmarks.Producers;
using Bus.Jobs;
using Bus.Persistence;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bus.Benchmarks;

/// <summary>Builds the service under test the way a user would: <c>AddBus</c> with its defaults, nothing tuned.</summary>
internal static class Peer
{
    public const string Embedded = "bus-sqlite";
    public const string Direct = "bus-rabbitmq";
    public const string Outbox = "bus-rabbitmq-postgres";
    public const string Jobs = "bus-jobs-sqlite";
    public const string JobsOnServers = "bus-jobs-rabbitmq-postgres";
    public const string OutboxAndData = "bus-rabbitmq-postgres-ef";

    public const string Queue = "bench";
    public static readonly Uri Address = new($"queue:{Queue}");

    /// <summary>Starts a producer, or a worker with the consumers of the named peer.</summary>
    public static Task<IHost> StartAsync(string name, bool worker) => StartAsync(name, bus =>
    {
        if (name is Jobs or JobsOnServers)
        {
            bus.UseDatabase<BenchDb>();
            bus.AddJobs(jobs =>
            {
                if (worker)
                    jobs.Handle<WorkHandler>();
            });
            return;
        }

        if (worker)
            AddConsumers(bus.Registration, name);
        if (HasDatabase(name))
            bus.UseDatabase<BenchDb>();
    });

    /// <summary>Starts a worker whose one consumer, guarded by the inbox, does the work itself.</summary>
    public static Task<IHost> StartPlainAsync() => StartAsync(Outbox, bus =>
    {
        bus.Registration.AddConsumer<WorkConsumer>().Endpoint(endpoint => endpoint.Name = Queue);
        bus.UseDatabase<BenchDb>();
    });

    /// <summary>Starts a producer that commits messages and leaves their delivery to others.</summary>
    public static Task<IHost> StartHoldingAsync() => StartAsync(Outbox, bus =>
    {
        bus.Registration.AddDbContextPool<BenchDb>(options => options.UseNpgsql(Database));
        bus.Registration.AddEntityFrameworkOutbox<BenchDb>(outbox => outbox.UseBusOutbox(own => own.DisableDeliveryService()));
    });

    public static IProducer Producer(IHost host, string name) =>
        name is Jobs or JobsOnServers ? new JobProducer(host.Services.GetRequiredService<IJobClient>()) : !HasDatabase(name) ? new DirectProducer(host.Services.GetRequiredService<IBus>()) : new OutboxProducer(host.Services);

    /// <summary>The broker's address.</summary>
    public static string Broker => $"amqp://guest:guest@127.0.0.1:{Environment.GetEnvironmentVariable("AMQP_PORT")}/";

    /// <summary>The connection string of the database of the benchmark.</summary>
    public static string Database => $"Host=127.0.0.1;Port={Environment.GetEnvironmentVariable("PGPORT")};Username=postgres;Database={Environment.GetEnvironmentVariable("BENCH_DATABASE") ?? "bench"}";

    private static bool HasDatabase(string name) => name is Outbox or OutboxAndData or JobsOnServers;

    private static void AddConsumers(IBusRegistrationConfigurator registration, string name)
    {
        if (!HasDatabase(name))
        {
            registration.AddConsumer<WorkConsumer>().Endpoint(endpoint => endpoint.Name = Queue);
            return;
        }

        if (name == OutboxAndData)
            registration.AddConsumer<SaveConsumer>().Endpoint(endpoint => endpoint.Name = Queue);
        else
            registration.AddConsumer<PublishConsumer>().Endpoint(endpoint => endpoint.Name = Queue);
        registration.AddConsumer<DoneConsumer>().Endpoint(endpoint => endpoint.Name = $"{Queue}-event");
    }

    /// <summary>Starts what <paramref name="configure"/> says on the transport and database of the named peer.</summary>
    public static async Task<IHost> StartAsync(string name, Action<BusBuilder> configure)
    {
        // The working directory may hold the servers' files: as content root it would be watched for changes.
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        if (name is Embedded or Jobs)
        {
            builder.Configuration["Bus:DataFolder"] = Environment.GetEnvironmentVariable("BENCH_STORE");
        }
        else
        {
            builder.Configuration["Bus:Transport"] = "RabbitMq";
            builder.Configuration["ConnectionStrings:RabbitMq"] = Broker;
        }

        if (HasDatabase(name))
        {
            builder.Configuration["Bus:Database"] = "PostgreSql";
            builder.Configuration["ConnectionStrings:Bus"] = Database;
        }

        builder.Services.AddSingleton<WorkLog>();
        builder.Services.AddBus(builder.Configuration, configure);
        var host = builder.Build();
        if (host.Services.GetService<DbContextOptions<BenchDb>>() is not null)
            await CreateTablesAsync(host);
        await host.StartAsync();
        return host;
    }

    private static async Task CreateTablesAsync(IHost host)
    {
        await using var scope = host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<BenchDb>().Database.EnsureCreatedAsync();
    }
}
