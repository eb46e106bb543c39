using MassTransit;

namespace Bus.Persistence.Sagas;

/// <summary>
/// Stands before everything that belongs to one try of a saga's message (scope, outbox, repository): lets the messages of one instance pass one
/// at a time, until the try has committed, and tries again what lost a race against another process.
/// </summary>
/// <param name="runtime">The saga's locks and settings.</param>
/// <param name="correlation">Finds the correlation id of a message; null if only a query can tell, then nothing waits here.</param>
internal sealed class SagaGuardFilter<TSaga, TMessage>(SagaRuntime<TSaga> runtime, IFilter<ConsumeContext<TMessage>>? correlation)
    : IFilter<ConsumeContext<TMessage>>
    where TSaga : class, ISaga
    where TMessage : class
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("sagaGuard");

    public async Task Send(ConsumeContext<TMessage> context, IPipe<ConsumeContext<TMessage>> next)
    {
        if (correlation is null || !runtime.Options.OneAtATime || await CorrelationIdAsync(context, correlation) is not { } id)
        {
            await SagaRetry.RunAsync(runtime, context, next.Send);
            return;
        }

        // Held over all tries and pauses: the others of this instance would only lose as well.
        using (await runtime.Locks.AcquireAsync(id, context.CancellationToken))
        {
            await SagaRetry.RunAsync(runtime, context, next.Send);
        }
    }

    private static async ValueTask<Guid?> CorrelationIdAsync(ConsumeContext<TMessage> context, IFilter<ConsumeContext<TMessage>> correlation)
    {
        var catcher = new Catcher();
        await correlation.Send(context, catcher);
        return catcher.Id == Guid.Empty ? null : catcher.Id;
    }

    private sealed class Catcher : IPipe<ConsumeContext<TMessage>>
    {
        public Guid? Id { get; private set; }

        public Task Send(ConsumeContext<TMessage> context)
        {
            Id = context.CorrelationId;
            return Task.CompletedTask;
        }

        public void Probe(ProbeContext context)
        {
        }
    }
}
