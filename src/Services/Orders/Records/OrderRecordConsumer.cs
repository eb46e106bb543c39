using Bus.Contracts.Orders;
using Bus.Services.Orders.Journal;
using MassTransit;

namespace Bus.Services.Orders.Records;

/// <summary>Writes down how the saga ended an order, so that its facts tell the whole story.</summary>
internal sealed class OrderRecordConsumer(OrderJournal journal) : IConsumer<OrderCompleted>, IConsumer<OrderUndone>
{
    public Task Consume(ConsumeContext<OrderCompleted> context) => AddAsync(context.Message.OrderId, new OrderFact.Completed(context.Message.Without), context.CancellationToken);

    public Task Consume(ConsumeContext<OrderUndone> context) => AddAsync(context.Message.OrderId, new OrderFact.Undone(context.Message.Reason), context.CancellationToken);

    private async Task AddAsync<TFact>(Guid id, TFact fact, CancellationToken cancellationToken)
        where TFact : OrderFact
    {
        if (!(await journal.RequireAsync(id, cancellationToken)).Has<TFact>())
            journal.Add(id, fact);
    }
}
