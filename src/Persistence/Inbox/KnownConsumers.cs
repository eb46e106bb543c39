using System.Collections.Concurrent;
using MassTransit;
using MassTransit.JobService;
using MassTransit.Transports;

namespace Bus.Persistence.Inbox;

/// <summary>The consumers and sagas of this process that an inbox guards, by the id that the inbox has for them. Thread-safe.</summary>
internal sealed class KnownConsumers
{
    private readonly ConcurrentDictionary<Guid, byte> _ids = new();

    public bool Contains(Guid consumer) => _ids.ContainsKey(consumer);

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
            where TMessage : class => known._ids[JobMetadataCache<TConsumer, TMessage>.GenerateJobTypeId(endpoint)] = 0;
    }
}
