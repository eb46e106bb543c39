using Bus.Persistence.Outbox;
using Bus.Persistence.Sagas;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Inbox;

/// <summary>The consume context that a handler sees: what it publishes, sends or responds goes into its unit of work.</summary>
internal sealed class ConsumeUnitContext<TDbContext, TMessage>(
    ConsumeContext<TMessage> context, OutboxConsumeOptions options, IServiceProvider provider, ConsumeUnit<TDbContext> unit, MessageCapture capture)
    : OutboxConsumeContextProxy<TMessage>(context, options, provider), ITransactionOwner
    where TDbContext : DbContext
    where TMessage : class
{
    /// <summary>Tells the saga repository to leave the commit to the unit.</summary>
    public DbContext DbContext => unit.Context;

    public Task BeginAsync(CancellationToken cancellationToken) => unit.BeginAsync(cancellationToken);

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

    public override Task AddSend<T>(SendContext<T> context)
    {
        unit.Add(capture.Capture(context));
        return Task.CompletedTask;
    }
}
