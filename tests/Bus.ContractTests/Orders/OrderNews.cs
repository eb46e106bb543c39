using System.Collections.Concurrent;
using Bus.Contracts.Orders;
using MassTransit;

namespace Bus.ContractTests.Orders;

/// <summary>What the saga would have heard.</summary>
public sealed class OrderNews
{
    public ConcurrentQueue<(Guid Order, object Message)> Heard { get; } = new();

    public IReadOnlyList<T> Of<T>(Guid order) => [.. Heard.Where(news => news.Order == order).Select(news => news.Message).OfType<T>()];

    public int Count<T>(Guid order) => Of<T>(order).Count;

    public int Count<T>() => Heard.Count(news => news.Message is T);
}

/// <summary>Listens in the saga's stead.</summary>
public sealed class OrderListener(OrderNews news)
    : IConsumer<OrderSubmitted>, IConsumer<OrderCharged>, IConsumer<OrderRefused>, IConsumer<OrderCancelled>, IConsumer<OrderShipped>, IConsumer<StockCommitted>, IConsumer<StockReleased>, IConsumer<PaymentRefunded>,
      IConsumer<ShippingLabelCreated>, IConsumer<ShippingLabelVoided>, IConsumer<InvoiceMade>, IConsumer<InvoiceCredited>, IConsumer<WarehouseInformed>, IConsumer<WarehouseRecalled>, IConsumer<OrderAnalysed>,
      IConsumer<OrderStepRefused>, IConsumer<Fault<CreateShippingLabel>>
{
    public Task Consume(ConsumeContext<OrderSubmitted> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<OrderCharged> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<OrderRefused> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<OrderCancelled> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<OrderShipped> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<StockCommitted> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<StockReleased> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<PaymentRefunded> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<ShippingLabelCreated> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<ShippingLabelVoided> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<InvoiceMade> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<InvoiceCredited> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<WarehouseInformed> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<WarehouseRecalled> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<OrderAnalysed> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<OrderStepRefused> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<Fault<CreateShippingLabel>> context) => Note(context.Message.Message.OrderId, context.Message);

    private Task Note(Guid order, object message)
    {
        news.Heard.Enqueue((order, message));
        return Task.CompletedTask;
    }
}
