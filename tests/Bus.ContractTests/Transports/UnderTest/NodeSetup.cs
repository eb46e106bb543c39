using MassTransit;

namespace Bus.ContractTests.Transports.UnderTest;

/// <summary>What a node has: its queues, its settings, and what is registered.</summary>
public sealed class NodeSetup
{
    private readonly List<(string Name, Action<IReceiveEndpointConfigurator> Configure)> _queues = [];
    private readonly List<Action<IBusFactoryConfigurator>> _bus = [];
    private readonly List<Action<IBusRegistrationConfigurator>> _registrations = [];

    /// <summary>A queue that gets what is sent to it; subscriptions follow from its consumers.</summary>
    public NodeSetup Queue(string name, Action<IReceiveEndpointConfigurator> configure)
    {
        _queues.Add((name, configure));
        return this;
    }

    /// <summary>A queue with one handler.</summary>
    public NodeSetup Queue<T>(string name, MessageHandler<T> handler, Action<IReceiveEndpointConfigurator>? configure = null)
        where T : class =>
        Queue(name, endpoint =>
        {
            configure?.Invoke(endpoint);
            endpoint.Handler(handler);
        });

    /// <summary>A queue beside <paramref name="name"/> that is read as any other: of errors, or of what was skipped.</summary>
    public NodeSetup Side<T>(string name, MessageHandler<T> handler)
        where T : class =>
        Queue(name, handler, endpoint => endpoint.ConfigureConsumeTopology = false);

    public NodeSetup Bus(Action<IBusFactoryConfigurator> configure)
    {
        _bus.Add(configure);
        return this;
    }

    public NodeSetup Register(Action<IBusRegistrationConfigurator> configure)
    {
        _registrations.Add(configure);
        return this;
    }

    internal void Apply(IBusRegistrationConfigurator registration) => _registrations.ForEach(configure => configure(registration));

    /// <summary>Called by each transport within its own `Using...`, after the address is set.</summary>
    internal void Apply<TEndpoint>(IBusRegistrationContext context, IBusFactoryConfigurator<TEndpoint> bus)
        where TEndpoint : IReceiveEndpointConfigurator
    {
        IReceiveConfigurator receive = bus;
        _bus.ForEach(configure => configure(bus));
        _queues.ForEach(queue => receive.ReceiveEndpoint(queue.Name, queue.Configure));
        bus.ConfigureEndpoints(context);
    }
}
