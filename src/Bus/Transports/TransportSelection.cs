using Bus.Databases;
using Bus.Serialization;
using Bus.Settings;
using Bus.SqliteTransport;
using MassTransit;

namespace Bus.Transports;

/// <summary>Hands the chosen transport to MassTransit, with our defaults first, then the service's callback, then the endpoints.</summary>
internal sealed class TransportSelection(BusSettings settings)
{
    public List<Action<IBusRegistrationContext, IInMemoryBusFactoryConfigurator>> InMemory { get; } = [];

    public List<Action<IBusRegistrationContext, ISqliteBusFactoryConfigurator>> Sqlite { get; } = [];

    public List<Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator>> RabbitMq { get; } = [];

    public Action<IBusRegistrationConfigurator, Action<IBusRegistrationContext, IBusFactoryConfigurator>>? Own { get; set; }

    public void Apply(IBusRegistrationConfigurator registration)
    {
        if (Own is not null)
        {
            Own(registration, Defaults);
        }
        // With wrong settings the start fails with the reasons; until then the bus must be something that can be built.
        else if (settings.Options.Transport == BusTransport.RabbitMq && !RabbitMqErrors().Any())
        {
            registration.UsingRabbitMq(UseRabbitMq);
        }
        else if (settings.Options.Transport == BusTransport.Sqlite && !BusOptionsValidator.SqliteErrors(settings.Options.Sqlite).Any())
        {
            registration.UsingSqlite(UseSqlite);
        }
        else
        {
            registration.UsingInMemory(UseInMemory);
        }
    }

    private IEnumerable<string> RabbitMqErrors() =>
        RabbitMqAddress.Errors(settings.RabbitMqConnectionString).Concat(RabbitMqTls.Errors(settings.Options.RabbitMq));

    private void UseInMemory(IBusRegistrationContext context, IInMemoryBusFactoryConfigurator bus)
    {
        Defaults(context, bus);
        InMemory.ForEach(configure => configure(context, bus));
        bus.ConfigureEndpoints(context);
    }

    private void UseSqlite(IBusRegistrationContext context, ISqliteBusFactoryConfigurator bus)
    {
        var options = settings.Options.Sqlite;
        bus.Host(host =>
        {
            host.Path = SharedFile.OfQueues(settings);
            host.SharesDatabase = options.OneFile;
            host.LockDuration = options.LockDuration;
            host.MaxProcessDeaths = options.MaxProcessDeaths;
            host.FlushToDisk = options.FlushToDisk;
        });
        Defaults(context, bus);
        Sqlite.ForEach(configure => configure(context, bus));
        bus.ConfigureEndpoints(context);
    }

    private void UseRabbitMq(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus)
    {
        var address = RabbitMqAddress.Parse(settings.RabbitMqConnectionString!);
        var options = settings.Options.RabbitMq;
        bus.Host(address.Host, address.Port, address.VirtualHost, options.ConnectionName, host =>
        {
            host.Username(address.User ?? "guest");
            host.Password(address.Password ?? "guest");
            host.Heartbeat(options.Heartbeat);
            RabbitMqTls.Apply(host, address, options.Tls);
        });
        Defaults(context, bus);
        RabbitMq.ForEach(configure => configure(context, bus));
        bus.ConfigureEndpoints(context);
    }

    private void Defaults(IBusRegistrationContext context, IBusFactoryConfigurator bus)
    {
        bus.PrefetchCount = settings.Options.PrefetchCount;
        bus.ConcurrentMessageLimit = settings.Options.ConcurrentMessageLimit;
        SerializerSelection.Apply(bus, settings.Options.Serializer);
    }
}
