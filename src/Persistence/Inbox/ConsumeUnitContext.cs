using System.Diagnostics.CodeAnalysis;
using Bus.Persistence.Outbox;
using Bus.Persistence.Sagas;
using Bus.Persistence.Timers;
using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Inbox;

/// <summary>The consume context that a handler sees: what it publishes, sends, responds, schedules or puts off goes into its unit of work.</summary>
internal sealed class ConsumeUnitContext<TDbContext, TMessage>(
    ConsumeContext<TMessage> context, OutboxConsumeOptions options, IServiceProvider provider, ConsumeUnit<TDbContext> unit, OutboxEngine<TDbContext> engine)
    : OutboxConsumeContextProxy<TMessage>(context, options, provider), ITransactionOwner, MessageRedeliveryContext
    where TDbContext : DbContext
    where TMessage : class
{
    private ConsumeMessageSchedulerContext? _scheduler;
    private bool _servesSaga;

    /// <summary>Tells the saga repository to leave the commit to the unit.</summary>
    public DbContext DbContext => unit.Context;

    public Task BeginAsync(CancellationToken cancellationToken) => unit.BeginAsync(cancellationToken);

    public void ServeSaga() => _servesSaga = true;

    // Where the queues are in the service's own file, what says that the handler failed would wait for the handler's transaction, and that for it.
    public override async Task NotifyFaulted<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
    {
        if (unit.Transaction is not null && engine.Queues is not null)
            await unit.AbandonAsync();
        await base.NotifyFaulted(context, duration, consumerType, exception);
    }

    public override Guid? MessageId => unit.Key.MessageId;

    // One pass: the relay delivers, not the consume pipe.
    public override bool ContinueProcessing { get; set; }

    public override bool IsMessageConsumed => false;

    public override bool IsOutboxDelivered => false;

    public override int ReceiveCount => 0;

    public override long? LastSequenceNumber => null;

    public override Task SetConsumed() => Task.CompletedTask;

    public override Task SetDelivered() => Task.CompletedTask;

    public override Task<List<OutboxMessageContext>> LoadOutboxMessages() => Task.FromResult(new List<OutboxMessageContext>());

    public override Task NotifyOutboxMessageDelivered(OutboxMessageContext message) => Task.CompletedTask;

    public override Task RemoveOutboxMessages() => Task.CompletedTask;

    public override async Task AddSend<T>(SendContext<T> context)
    {
        InboxId.Renew(CapturedContext, unit.Key, context);
        unit.Add(await engine.CaptureAsync(context));
    }

    // The transport would put the delivery itself off, now and under its own id: not part of the commit, and a duplicate when it comes back.
    public async Task ScheduleRedelivery(TimeSpan delay, Action<ConsumeContext, SendContext>? callback = null)
    {
        // A token of its own: that of a schedule names one timer, and another message or consumer may have put the same off.
        var order = new TimerOrder(engine.Dialect.NewKey(), engine.DueTime + delay);
        var endpoint = await GetSendEndpoint(ReceiveContext.InputAddress);
        await endpoint.Send(Message, new TimerPipe<TMessage>(new RedeliveredCopy<TMessage>(this, delay, callback), order), CancellationToken);
        unit.PutsOff = true;
    }

    // Of all transports: what is scheduled is a timer in the database, committed with the handler's work. Each consumer of the message has to schedule into its own unit.
    public override bool TryGetPayload<T>([NotNullWhen(true)] out T payload)
        where T : class
    {
        if (typeof(T) == typeof(MessageSchedulerContext))
        {
            payload = (T)(object)(_scheduler ??= new ConsumeMessageSchedulerContext(this, context => engine.SchedulerOf(context, _servesSaga)));
            return true;
        }

        return base.TryGetPayload(out payload);
    }
}
