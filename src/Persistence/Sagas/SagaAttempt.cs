using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware.InMemoryOutbox;

namespace Bus.Persistence.Sagas;

/// <summary>
/// One try of a message. A try that lost a race is as if it had never been: no fault is published for it, nothing is logged as an error, and what
/// it has put into an in-memory outbox is dropped.
/// </summary>
internal sealed class SagaAttempt<TSaga, TMessage>(ConsumeContext<TMessage> context) : ConsumeContextProxy<TMessage>(context)
    where TSaga : class, ISaga
    where TMessage : class
{
    private readonly ConsumeContext<TMessage> _context = context;
    private List<Func<Exception, Task>>? _faults;

    public async Task RunAsync(Func<ConsumeContext<TMessage>, Task> work)
    {
        if (!_context.TryGetPayload<InMemoryOutboxConsumeContext>(out _))
        {
            await work(this);
            return;
        }

        // That outbox collects for the whole delivery, which may hold several tries: this try collects for itself and hands over at its end.
        var outbox = new InMemoryOutboxConsumeContext<TMessage>(this);
        try
        {
            await work(outbox);
        }
        catch
        {
            await outbox.DiscardPendingActions();
            throw;
        }

        await outbox.ExecutePendingActions(concurrentMessageDelivery: false);
    }

    public override Task NotifyFaulted<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
    {
        if (!SagaConflicts.IsConflict(exception, typeof(TSaga)))
        {
            return _context.NotifyFaulted(context, duration, consumerType, exception);
        }

        (_faults ??= []).Add(last => _context.NotifyFaulted(context, duration, consumerType, last));
        return Task.CompletedTask;
    }

    /// <summary>Tells of the faults that were held back: this was the last try.</summary>
    public async Task NotifyFaultsAsync(Exception exception)
    {
        foreach (var notify in _faults ?? [])
        {
            await notify(exception);
        }
    }
}
