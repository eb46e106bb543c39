using MassTransit;
using MassTransit.Saga;

namespace Bus.Persistence.Sagas;

/// <summary>Tries again inside the repository, for one that is made by hand and has no endpoint configuration to hook into.</summary>
internal sealed class RetryingSagaRepositoryContextFactory<TSaga>(ISagaRepositoryContextFactory<TSaga> inner, SagaRuntime<TSaga> runtime)
    : ISagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISaga
{
    public void Probe(ProbeContext context) => inner.Probe(context);

    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next)
        where T : class => SagaRetry.RunAsync(runtime, context, attempt => inner.Send(attempt, next));

    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next)
        where T : class => SagaRetry.RunAsync(runtime, context, attempt => inner.SendQuery(attempt, query, next));
}
