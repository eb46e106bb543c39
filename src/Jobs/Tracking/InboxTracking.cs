using Bus.Jobs.Handling;
using Bus.Jobs.Running;
using Bus.Jobs.Store;
using Bus.Persistence.Inbox;
using Bus.Persistence.Outbox;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Jobs.Tracking;

/// <summary>Shows the messages of plain consumers as jobs. What it needs is asked for when the first message comes: the endpoints are watched while the bus is being made.</summary>
internal sealed class InboxTracking<TDbContext> : IInboxTracking<TDbContext>, IReceiveObserver
    where TDbContext : DbContext
{
    private readonly TrackedConsumers _consumers;
    private readonly JobsOptions _options;
    private readonly Lazy<OutboxEngine<TDbContext>> _engine;
    private readonly Lazy<ReturnedMessages<TDbContext>> _returned;
    private readonly Lazy<JobMaker> _maker;
    private readonly Lazy<JobWaiters> _waiters;

    public InboxTracking(TrackedConsumers consumers, JobsOptions options, IServiceProvider provider)
    {
        (_consumers, _options) = (consumers, options);
        _engine = new Lazy<OutboxEngine<TDbContext>>(provider.GetRequiredService<OutboxEngine<TDbContext>>);
        _returned = new Lazy<ReturnedMessages<TDbContext>>(() => new ReturnedMessages<TDbContext>(Engine, Counters));
        _maker = new Lazy<JobMaker>(provider.GetRequiredService<JobMaker>);
        _waiters = new Lazy<JobWaiters>(provider.GetRequiredService<JobWaiters>);
    }

    public OutboxEngine<TDbContext> Engine => _engine.Value;

    public JobWaiters Waiters => _waiters.Value;

    /// <summary>The names under which is counted what commits beside other work of this process.</summary>
    public JobCounters Counters { get; } = new("t");

    /// <summary>That under which the commits of groups are counted.</summary>
    public string GroupCounters { get; } = $"{JobCounters.Node}#t";

    /// <summary>Those that come again.</summary>
    public ReturnedMessages<TDbContext> Returned => _returned.Value;

    public void Watch(IReceiveEndpointConfigurator endpoint) => endpoint.ConnectConsumerConfigurationObserver(new Observer(this, _consumers, endpoint));

    public IInboxAttempt? Follow<T>(ConsumeContext<T> context, OutboxConsumeOptions options)
        where T : class => _consumers.Find(options.ConsumerId) is { } consumer
            ? new TrackedAttempt<TDbContext>(this, consumer, context, typeof(T), options, consumer.KeepsBody ? () => Body(context.Message) : static () => [])
            : null;

    /// <summary>For a row of its own: ids are in the order in which messages were seen.</summary>
    public Guid NewId() => _maker.Value.NewId();

    /// <summary>After all attempts, and not when the message was put off: it goes to the error queue.</summary>
    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => context.ReceiveContext.TryGetPayload<TrackedDelivery>(out var delivery) && delivery.Find(consumerType, typeof(T)) is { } attempt ? attempt.GiveUpAsync() : Task.CompletedTask;

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;

    private byte[] Body<T>(T message)
        where T : class
    {
        try
        {
            var text = JobJson.Write(message, typeof(T));
            return _options.Refusal(text.Length) is null ? text : [];
        }
        catch (Exception)
        {
            // A note of a message is no reason not to handle it.
            return [];
        }
    }

    private sealed class Observer(InboxTracking<TDbContext> tracking, TrackedConsumers consumers, IReceiveEndpointConfigurator endpoint) : IConsumerConfigurationObserver
    {
        private bool _isConnected;

        public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator)
            where TConsumer : class
        {
        }

        public void ConsumerMessageConfigured<TConsumer, TMessage>(IConsumerMessageConfigurator<TConsumer, TMessage> configurator)
            where TConsumer : class
            where TMessage : class
        {
            if (!consumers.Meet<TConsumer, TMessage>(endpoint.InputAddress) || _isConnected)
                return;
            if (endpoint is not IReceiveEndpointConfiguration { ReceiveObservers: var observers })
                throw new JobException($"`{typeof(TConsumer).Name}` cannot be tracked on {endpoint.InputAddress}: its transport does not say when a message is given up. Leave out `Track`.");
            observers.Connect(tracking);
            _isConnected = true;
        }
    }
}
