using System.Collections.Concurrent;
using MassTransit;
using MassTransit.JobService;
using MassTransit.Transports;

namespace Bus.Persistence.Inbox;

/// <summary>The consumers and sagas of this process that an inbox guards, by the id that the inbox has for them. Thread-safe.</summary>
internal sealed class KnownConsumers
{
    private readonly ConcurrentDictionary<Guid, string> _endpoints = new();

    /// <summary>Whether both are known, and read the same queue.</summary>
    public bool ShareQueue(Guid one, Guid other) => _endpoints.TryGetValue(one, out var queue) && _endpoints.TryGetValue(other, out var second) && queue == second;

    /// <summary>Learns those of an endpoint as they are configured.</summary>
    public void Watch(IReceiveEndpointConfigurator endpoint)
    {
        var observer = new Observer(this, endpoint.InputAddress.GetEndpointName() ?? "");
        endpoint.ConnectConsumerConfigurationObserver(observer);
        endpoint.ConnectSagaConfigurationObserver(observer);
    }

    private sealed class Observer(KnownConsumers known, string endpoint) : IConsumerConfigurationObserver, ISagaConfigurationObserver
    {
        public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator)
            where TConsumer : class
        {
        }

        public void ConsumerMessageConfigured<TConsumer, TMessage>(IConsumerMessageConfigurator<TConsumer, TMessage> configurator)
            where TConsumer : class
            where TMessage : class => Add<TConsumer, TMessage>();

        public void SagaConfigured<TSaga>(ISagaConfigurator<TSaga> configurator)
            where TSaga : class, ISaga
        {
        }

        public void StateMachineSagaConfigured<TInstance>(ISagaConfigurator<TInstance> configurator, SagaStateMachine<TInstance> stateMachine)
            where TInstance : class, ISaga, SagaStateMachineInstance
        {
        }

        public void SagaMessageConfigured<TSaga, TMessage>(ISagaMessageConfigurator<TSaga, TMessage> configurator)
            where TSaga : class, ISaga
            where TMessage : class => Add<TSaga, TMessage>();

        private void Add<TConsumer, TMessage>()
            where TConsumer : class
            where TMessage : class => known._endpoints[JobMetadataCache<TConsumer, TMessage>.GenerateJobTypeId(endpoint)] = endpoint;
    }
}
