using MassTransit;

namespace Bus.ContractTests.Transports.UnderTest;

/// <summary>
/// A transport with a broker (or file) of its own for one test. The verbs that MassTransit has no common word for are methods; one that the
/// table says the transport lacks is never called, and says so if it is.
/// </summary>
public abstract class TransportUnderTest : IAsyncDisposable
{
    /// <summary>Its column in the table.</summary>
    public abstract TransportColumn Column { get; }

    /// <summary>How many queues a test can make that is to take a few seconds.</summary>
    public virtual int ManyQueues => 1000;

    /// <summary>Makes the empty broker or file.</summary>
    public virtual Task OpenAsync() => Task.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Calls `Using...` with the address, then <see cref="NodeSetup.Apply{TEndpoint}"/>. Each call is a node on the same broker or file.</summary>
    public abstract void Use(IBusRegistrationConfigurator registration, NodeSetup setup);

    /// <summary>Where to send to a queue that a node has declared.</summary>
    public virtual Uri AddressOf(string queue) => new($"queue:{queue}");

    /// <summary>How many messages of the queue wait for a consumer; null when the transport does not tell.</summary>
    public abstract Task<long?> CountAsync(string queue);

    /// <summary>Lets events of this type be chosen by their routing key.</summary>
    public virtual void RouteByKey<T>(IBusFactoryConfigurator bus)
        where T : class =>
        throw Lacking(TransportFeature.RoutingKeys);

    /// <summary>Subscribes the endpoint to events of one routing key or pattern.</summary>
    public virtual void Subscribe<T>(IReceiveEndpointConfigurator endpoint, string routingKey)
        where T : class =>
        throw Lacking(TransportFeature.RoutingKeys);

    /// <summary>Makes a queue know priorities.</summary>
    public virtual void EnablePriority(IReceiveEndpointConfigurator endpoint) => throw Lacking(TransportFeature.Priority);

    /// <summary>From 0 to 9; higher goes first.</summary>
    public virtual void SetPriority(SendContext context, byte priority) => throw Lacking(TransportFeature.Priority);

    /// <summary>A queue that holds so many messages; a sender waits so long for room where the transport has senders wait.</summary>
    public virtual void LimitLength(IReceiveEndpointConfigurator endpoint, int length, TimeSpan wait) => throw Lacking(TransportFeature.LengthLimit);

    public virtual void PurgeOnStart(IReceiveEndpointConfigurator endpoint) => throw Lacking(TransportFeature.PurgeOnStart);

    /// <summary>A message that waits for its redelivery lets later ones of its partition key go first.</summary>
    public virtual void LetOthersOvertake(IReceiveEndpointConfigurator endpoint) => throw Lacking(TransportFeature.PartitionKeys);

    /// <summary>Gives the node the scheduler that a user of this transport would take.</summary>
    public virtual void UseScheduler(NodeSetup setup) =>
        setup.Register(registration => registration.AddDelayedMessageScheduler()).Bus(bus => bus.UseDelayedMessageScheduler());

    private NotSupportedException Lacking(TransportFeature feature) => new($"{Column.Name} has no {feature}: the table says so, or must.");
}
