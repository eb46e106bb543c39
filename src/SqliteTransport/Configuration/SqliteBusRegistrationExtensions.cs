using Bus.Core.SharedFile;
using Bus.SqliteTransport.Configuration;
using Bus.SqliteTransport.Hosting;
using Bus.SqliteTransport.Sending;
using MassTransit.DependencyInjection;
using MassTransit.Scheduling;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

using MassTransit;

namespace Bus.SqliteTransport;

/// <summary>The front door of the embedded transport.</summary>
public static class SqliteBusRegistrationExtensions
{
    /// <summary>
    /// Runs the bus on durable queues in a SQLite file. A message scheduler whose schedules are kept in the file and can be cancelled comes with it, unless one is registered before.
    /// </summary>
    /// <param name="configurator">The registration inside <c>AddMassTransit</c>.</param>
    /// <param name="configure">Names the file with <c>Host</c>, and configures endpoints.</param>
    public static void UsingSqlite(this IBusRegistrationConfigurator configurator, Action<IBusRegistrationContext, ISqliteBusFactoryConfigurator>? configure = null)
    {
        configurator.SetBusFactory(new SqliteRegistrationBusFactory(configure));
        configurator.AddSqliteMessageScheduler();
        configurator.TryAddSingleton<IQueuesInDatabase>(provider =>
            new SqliteQueuesInDatabase((SqliteHostConfiguration)provider.GetRequiredService<Bind<IBus, IBusInstance>>().Value.HostConfiguration));
        configurator.TryAddSingleton<INeighbours>(provider =>
            new SqliteNeighbours((SqliteHostConfiguration)provider.GetRequiredService<Bind<IBus, IBusInstance>>().Value.HostConfiguration));
        configurator.TryAddSingleton<IQueueDirectory>(provider =>
            new SqliteQueueDirectory((SqliteHostConfiguration)provider.GetRequiredService<Bind<IBus, IBusInstance>>().Value.HostConfiguration));
    }

    /// <summary>The same for one of several buses in a container.</summary>
    /// <param name="configurator">The registration inside <c>AddMassTransit&lt;TBus&gt;</c>.</param>
    /// <param name="configure">Names the file with <c>Host</c>, and configures endpoints.</param>
    public static void UsingSqlite<TBus>(
        this IBusRegistrationConfigurator<TBus> configurator, Action<IBusRegistrationContext, ISqliteBusFactoryConfigurator>? configure = null)
        where TBus : class, IBus
    {
        configurator.SetBusFactory(new SqliteRegistrationBusFactory(configure));
        configurator.AddSqliteMessageScheduler();
    }

    /// <summary>
    /// Registers an <see cref="IMessageScheduler"/> that keeps schedules in the file and can cancel them, unless one is registered. <see cref="UsingSqlite(IBusRegistrationConfigurator, Action{IBusRegistrationContext, ISqliteBusFactoryConfigurator}?)"/> calls it.
    /// </summary>
    public static void AddSqliteMessageScheduler(this IBusRegistrationConfigurator configurator) =>
        configurator.TryAddScoped<IMessageScheduler>(provider =>
            Create(provider.GetRequiredService<Bind<IBus, IBusInstance>>().Value, provider.GetRequiredService<ISendEndpointProvider>()));

    /// <summary>The same for one of several buses in a container.</summary>
    public static void AddSqliteMessageScheduler<TBus>(this IBusRegistrationConfigurator<TBus> configurator)
        where TBus : class, IBus =>
        configurator.TryAddScoped(provider => Bind<TBus>.Create<IMessageScheduler>(
            Create(provider.GetRequiredService<IBusInstance<TBus>>(), provider.GetRequiredService<Bind<TBus, ISendEndpointProvider>>().Value)));

    private static MessageScheduler Create(IBusInstance bus, ISendEndpointProvider endpoints) => bus.HostConfiguration is SqliteHostConfiguration host
        ? new MessageScheduler(new SqliteScheduleMessageProvider(host, endpoints), bus.Bus.Topology)
        : throw new ConfigurationException("`AddSqliteMessageScheduler` needs a bus on the SQLite transport. Call `UsingSqlite`, or add the scheduler of the transport in use.");
}
