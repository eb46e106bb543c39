using MassTransit;
using MassTransit.Configuration;
using MassTransit.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Persistence.Sagas;

/// <summary>
/// Puts the guard before every message of the sagas that are stored by us. MassTransit calls it when a saga's configuration is complete but its
/// pipes are not built: an outbox joins a message's pipe later, while it is built, and so stands behind the guard.
/// </summary>
internal sealed class SagaGuardObserver(IServiceProvider services) : ISagaConfigurationObserver, IConfigureReceiveEndpoint
{
    public void Configure(string name, IReceiveEndpointConfigurator configurator) => configurator.ConnectSagaConfigurationObserver(this);

    public void StateMachineSagaConfigured<TInstance>(ISagaConfigurator<TInstance> configurator, SagaStateMachine<TInstance> stateMachine)
        where TInstance : class, ISaga, SagaStateMachineInstance
    {
        if (!Claim(configurator, out var runtime))
        {
            return;
        }

        foreach (var correlation in stateMachine.Correlations.Where(correlation => !correlation.DataType.IsValueType))
        {
            Make(typeof(StateMachineGuard<,>), typeof(TInstance), correlation.DataType, correlation).Install(configurator, runtime);
        }
    }

    public void SagaConfigured<TSaga>(ISagaConfigurator<TSaga> configurator)
        where TSaga : class, ISaga
    {
        // A state machine was handled above, and has claimed its configurator.
        if (!Claim(configurator, out var runtime))
        {
            return;
        }

        foreach (var messageType in SagaInterfaces(typeof(TSaga)))
        {
            Make(typeof(InterfaceGuard<,>), typeof(TSaga), messageType).Install(configurator, runtime);
        }
    }

    public void SagaMessageConfigured<TSaga, TMessage>(ISagaMessageConfigurator<TSaga, TMessage> configurator)
        where TSaga : class, ISaga
        where TMessage : class
    {
    }

    private static IEnumerable<Type> SagaInterfaces(Type saga) => saga.GetInterfaces()
        .Where(type => type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(InitiatedBy<>)
            || type.GetGenericTypeDefinition() == typeof(InitiatedByOrOrchestrates<>)
            || type.GetGenericTypeDefinition() == typeof(Orchestrates<>)
            || type.GetGenericTypeDefinition() == typeof(Observes<,>)))
        .Select(type => type.GetGenericArguments()[0])
        .Distinct();

    private static IGuardInstaller Make(Type open, Type saga, Type message, params object[] arguments) =>
        (IGuardInstaller)Activator.CreateInstance(open.MakeGenericType(saga, message), arguments)!;

    private bool Claim<TSaga>(ISagaConfigurator<TSaga> configurator, out SagaRuntime<TSaga> runtime)
        where TSaga : class, ISaga
    {
        runtime = services.GetService<SagaRuntime<TSaga>>()!;
        if (runtime is null || configurator.TryGetOptions<Claimed>(out _))
        {
            return false;
        }

        configurator.Options(new Claimed());
        return true;
    }

    private interface IGuardInstaller
    {
        void Install(object configurator, object runtime);
    }

    private sealed class Claimed : IOptions;

    private sealed class StateMachineGuard<TInstance, TMessage>(EventCorrelation<TInstance, TMessage> correlation) : IGuardInstaller
        where TInstance : class, SagaStateMachineInstance
        where TMessage : class
    {
        public void Install(object configurator, object runtime)
        {
            // Only an event that is correlated by id can wait for its instance by name. The filter that would be made for it tells which it is.
            var byId = correlation.FilterFactory?.Invoke(null!, null!, null!) is CorrelatedSagaFilter<TInstance, TMessage>;
            var filter = new SagaGuardFilter<TInstance, TMessage>((SagaRuntime<TInstance>)runtime, byId ? correlation.MessageFilter : null);
            ((ISagaConfigurator<TInstance>)configurator).Message<TMessage>(message => message.UseFilter(filter));
        }
    }

    private sealed class InterfaceGuard<TSaga, TMessage> : IGuardInstaller
        where TSaga : class, ISaga
        where TMessage : class
    {
        public void Install(object configurator, object runtime)
        {
            var byId = typeof(CorrelatedBy<Guid>).IsAssignableFrom(typeof(TMessage))
                ? new CorrelationIdMessageFilter<TMessage>(context => ((CorrelatedBy<Guid>)context.Message).CorrelationId)
                : null;
            var filter = new SagaGuardFilter<TSaga, TMessage>((SagaRuntime<TSaga>)runtime, byId);
            ((ISagaConfigurator<TSaga>)configurator).Message<TMessage>(message => message.UseFilter(filter));
        }
    }
}
