using Bus.Persistence;
using Bus.Testing.Recording;
using MassTransit;

namespace Bus.Testing.Settling;

/// <summary>Sees every send, publish and delivery; counts them and keeps the messages.</summary>
internal sealed class TrafficObserver(FabricMap map, InFlight inFlight, MessageLog log) : ISendObserver, IPublishObserver, IReceiveObserver
{
    /// <inheritdoc/>
    public Task PreSend<T>(SendContext<T> context)
        where T : class => Began(context);

    /// <inheritdoc/>
    public Task PostSend<T>(SendContext<T> context)
        where T : class
    {
        log.AddSent(context, published: false);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Failed(context);

    /// <inheritdoc/>
    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Began(context);

    /// <inheritdoc/>
    public Task PostPublish<T>(PublishContext<T> context)
        where T : class
    {
        log.AddSent(context, published: true);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Failed(context);

    /// <inheritdoc/>
    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task PostReceive(ReceiveContext context) => Ended(context);

    /// <inheritdoc/>
    public Task ReceiveFault(ReceiveContext context, Exception exception) => Ended(context);

    /// <inheritdoc/>
    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class
    {
        if (consumerType != RedeliveryConfigurationExtensions.PutOff)
        {
            log.AddConsumed(context.Message);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class
    {
        log.AddFaulted(context.Message, exception);
        return Task.CompletedTask;
    }

    // Counted before the transport has it: a delivery may be over before the send returns.
    private Task Began(SendContext context)
    {
        inFlight.Add(map.Deliveries(context.DestinationAddress));
        return Task.CompletedTask;
    }

    private Task Failed(SendContext context)
    {
        inFlight.Remove(map.Deliveries(context.DestinationAddress));
        return Task.CompletedTask;
    }

    // A message that nobody could read is reported twice: as faulted, and as received once it is in the error queue.
    private Task Ended(ReceiveContext context)
    {
        if (!FabricMap.IsDeadEnd(context.InputAddress.AbsolutePath) && context.GetOrAddPayload(() => new Delivery()).EndsNow())
        {
            inFlight.Remove(1);
        }

        return Task.CompletedTask;
    }

    private sealed class Delivery
    {
        private int _ended;

        public bool EndsNow() => Interlocked.Exchange(ref _ended, 1) == 0;
    }
}
