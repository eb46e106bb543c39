using Bus.Core.Recoverability;
using Bus.Databases;
using Bus.Endpoints;
using Bus.Jobs;
using Bus.Persistence;
using Bus.Persistence.DeadLetters;
using Bus.Scheduler;
using Bus.Settings;
using Bus.SqliteTransport;
using Bus.Transports;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Bus;

/// <summary>
/// What a service says about its bus inside <c>AddBus</c>: its consumers and sagas by way of <see cref="Registration"/>, its database, and what differs from the
/// defaults. Used by one thread during start-up.
/// </summary>
public sealed class BusBuilder
{
    private readonly BusSettings _settings;
    private readonly EndpointRegistry _endpoints = new();
    private readonly TransportSelection _transport;
    private readonly EndpointConventions _conventions;
    private Action<Action<SchedulesBuilder>?>? _addSchedules;
    private Action<Action<JobsBuilder>?>? _addJobs;
    private Action? _addDeadLetters;

    internal BusBuilder(IBusRegistrationConfigurator registration, BusSettings settings)
    {
        (Registration, _settings) = (registration, settings);
        _transport = new TransportSelection(settings);
        _conventions = new EndpointConventions(settings.Options, _endpoints);
    }

    /// <summary>MassTransit's own registration: <c>AddConsumer</c>, <c>AddSagaStateMachine</c>, <c>AddRequestClient</c> and all else.</summary>
    public IBusRegistrationConfigurator Registration { get; }

    /// <summary>The container that is being filled.</summary>
    public IServiceCollection Services => Registration;

    /// <summary>The settings as read; errors in them are reported when the host starts.</summary>
    public BusOptions Options => _settings.Options;

    /// <summary>
    /// Registers <typeparamref name="TDbContext"/>, pooled, on the database that the configuration chose, and with it outbox and inbox for every endpoint
    /// that does not say otherwise. Call it once.
    /// </summary>
    /// <param name="configure">More options of the context; null for none. The provider is already set.</param>
    public BusBuilder UseDatabase<TDbContext>(Action<IServiceProvider, DbContextOptionsBuilder>? configure = null)
        where TDbContext : DbContext
    {
        if (_settings.UsesDatabase)
        {
            throw new InvalidOperationException(
                $"`UseDatabase<{typeof(TDbContext).Name}>` was called a second time; a bus has one database. Register further contexts with `AddDbContext`.");
        }

        _settings.UsesDatabase = true;
        DatabaseContext = typeof(TDbContext);
        _addSchedules = schedules =>
        {
            Registration.AddSchedules<TDbContext>(schedules);
            _conventions.NoteRuns = (context, endpoint) => endpoint.UseScheduledRuns<TDbContext>(context);
        };
        _addJobs = jobs =>
        {
            Registration.AddJobs<TDbContext>(builder =>
            {
                Endpoint(builder.HintEndpoint, endpoint => endpoint.Delivery = DeliveryMode.AtMostOnce);
                jobs?.Invoke(builder);
            });
        };
        _addDeadLetters = () =>
        {
            if (!_settings.UsesOwnTransport && Options.Transport == BusTransport.RabbitMq && _settings.RabbitMqConnectionString is { } broker)
            {
                Services.TryAddSingleton<DeadLetterQueues>(provider => new RabbitMqDeadLetterQueues(broker, Options, provider.GetRequiredService<ILoggerFactory>()));
            }

            Registration.AddDeadLetters<TDbContext>(Options.DeadLetters);
        };
        new DatabaseRegistration(_settings).Add<TDbContext>(Registration, _conventions, configure);
        return this;
    }

    /// <summary>
    /// Declares recurring schedules, and lets <see cref="ISchedules"/> make and change them at run time. They are kept in the service's database: call <see cref="UseDatabase{TDbContext}"/> before. May be called
    /// more than once.
    /// </summary>
    /// <param name="configure">Declares them; null for none.</param>
    /// <exception cref="InvalidOperationException">There is no database.</exception>
    public BusBuilder AddSchedules(Action<SchedulesBuilder>? configure = null)
    {
        var add = _addSchedules ?? throw new InvalidOperationException("Schedules are kept in the service's database. Call `bus.UseDatabase<TDbContext>()` before `bus.AddSchedules(…)`.");
        add(configure);
        return this;
    }

    /// <summary>
    /// Names the handlers of jobs, and lets <see cref="IJobs"/> and <see cref="IJobClient"/> enqueue them. They are kept in the service's database: call <see cref="UseDatabase{TDbContext}"/> before. May be called
    /// more than once.
    /// </summary>
    /// <param name="configure">Names them; null for none, in a process that only enqueues.</param>
    /// <exception cref="InvalidOperationException">There is no database.</exception>
    public BusBuilder AddJobs(Action<JobsBuilder>? configure = null)
    {
        var add = _addJobs ?? throw new InvalidOperationException("Jobs are kept in the service's database. Call `bus.UseDatabase<TDbContext>()` before `bus.AddJobs(…)`.");
        add(configure);
        return this;
    }

    /// <summary>
    /// Stores what nobody could handle: messages that an endpoint gave up or did not know, taken out of its <c>_error</c> and <c>_skipped</c> queues, and dead jobs, for <c>IDeadLetters</c> to look at, replay and discard.
    /// They are kept in the service's database: call <see cref="UseDatabase{TDbContext}"/> before. The settings are <see cref="BusOptions.DeadLetters"/>.
    /// </summary>
    /// <param name="configure">Changes these settings; null leaves them.</param>
    /// <exception cref="InvalidOperationException">There is no database.</exception>
    public BusBuilder AddDeadLetters(Action<DeadLetterOptions>? configure = null)
    {
        var add = _addDeadLetters ?? throw new InvalidOperationException("Dead letters are kept in the service's database. Call `bus.UseDatabase<TDbContext>()` before `bus.AddDeadLetters()`.");
        configure?.Invoke(Options.DeadLetters);
        add();
        return this;
    }

    /// <summary>Changes the settings of the endpoint with this queue name, prefix included.</summary>
    public BusBuilder Endpoint(string name, Action<EndpointOptions> configure)
    {
        configure(_endpoints[name]);
        return this;
    }

    /// <summary>Changes the settings of the endpoint that <typeparamref name="TConsumer"/> gets by convention.</summary>
    public BusBuilder Endpoint<TConsumer>(Action<EndpointOptions> configure)
        where TConsumer : class, IConsumer => Endpoint(EndpointNaming.Formatter(Options.EndpointPrefix).Consumer<TConsumer>(), configure);

    /// <summary>Runs for every endpoint after our own conventions: what it adds to the pipe stands inside of retries, inbox and outbox.</summary>
    public BusBuilder ConfigureEndpoints(Action<IRegistrationContext, string, IReceiveEndpointConfigurator> configure)
    {
        _conventions.AddHook(configure);
        return this;
    }

    /// <summary>Changes how errors are judged, for all endpoints.</summary>
    public BusBuilder ClassifyErrors(Func<ErrorClassifier, ErrorClassifier> configure)
    {
        _conventions.Classifier = configure(_conventions.Classifier);
        return this;
    }

    /// <summary>Configures the in-memory transport after our defaults and before the endpoints; without effect on other transports.</summary>
    public BusBuilder ConfigureInMemory(Action<IBusRegistrationContext, IInMemoryBusFactoryConfigurator> configure)
    {
        _transport.InMemory.Add(configure);
        return this;
    }

    /// <summary>Configures the transport in a SQLite file after our defaults and before the endpoints; without effect on other transports.</summary>
    public BusBuilder ConfigureSqlite(Action<IBusRegistrationContext, ISqliteBusFactoryConfigurator> configure)
    {
        _transport.Sqlite.Add(configure);
        return this;
    }

    /// <summary>Configures RabbitMQ after our defaults and before the endpoints; without effect on other transports.</summary>
    public BusBuilder ConfigureRabbitMq(Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator> configure)
    {
        _transport.RabbitMq.Add(configure);
        return this;
    }

    /// <summary>
    /// Plugs in any other MassTransit transport; <c>Bus:Transport</c> then has no effect. The callback calls <c>UsingX</c>, and in it first the given defaults and at the
    /// end <c>ConfigureEndpoints</c>.
    /// </summary>
    public BusBuilder UseTransport(Action<IBusRegistrationConfigurator, Action<IBusRegistrationContext, IBusFactoryConfigurator>> configure)
    {
        _settings.UsesOwnTransport = true;
        _transport.Own = configure;
        return this;
    }

    /// <summary>Names settings under <c>Bus:</c> that belong to the service, so that they are not reported as mistyped. Whole sections by their top key.</summary>
    public BusBuilder RecognizeSettings(params string[] keys)
    {
        Array.ForEach(keys, _settings.Recognize);
        return this;
    }

    /// <summary>Gives our conventions to an endpoint that the service configures by hand with <c>ReceiveEndpoint</c>.</summary>
    public void ApplyConventions(IRegistrationContext context, string name, IReceiveEndpointConfigurator endpoint) => _conventions.Apply(context, name, endpoint);

    /// <summary>The context given to <see cref="UseDatabase{TDbContext}"/>; null without a database.</summary>
    internal Type? DatabaseContext { get; private set; }

    internal void Complete()
    {
        Registration.AddConfigureEndpointsCallback(_conventions.Apply);
        _transport.Apply(Registration);
    }
}
