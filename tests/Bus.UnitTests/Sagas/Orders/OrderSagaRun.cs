using Bus.Contracts.Notifications;
using Bus.Contracts.Orders;
using Bus.Persistence;
using Bus.Sagas.Orders;
using Bus.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.UnitTests.Sagas.Orders;

/// <summary>One order's saga, with its table, its outbox and its timers, in which the test plays everybody else.</summary>
internal sealed class OrderSagaRun : IAsyncDisposable
{
    /// <summary>In the order in which they are said.</summary>
    public static readonly IReadOnlyList<Type> UndoingInOrder =
        [typeof(RecallFromWarehouse), typeof(VoidShippingLabel), typeof(CreditInvoice), typeof(RefundPayment), typeof(ReleaseStock)];

    private readonly TestBus _bus;
    private readonly OrderLog _log;

    private OrderSagaRun(TestBus bus) => (_bus, _log) = (bus, bus.Services.GetRequiredService<OrderLog>());

    public static OrderDetails Order { get; } = new(
        "A-1001", new OrderCustomer("ada", "Ada", "ada@example.org", null), new OrderAddress("Ada Lovelace", "St James's Square 12", "SW1Y 4JH", "London", "GB"),
        [new OrderLine("tea", "Tea", 2, 450), new OrderLine("cup", "Cup", 1, 1299)], "GBP", 2199);

    public Guid Id { get; } = Guid.NewGuid();

    public Guid ConfirmationId => Published<SendNotification>().First(x => x.Template == "order-confirmation").NotificationId;

    public static async Task<OrderSagaRun> StartAsync() => new(await TestBus.StartAsync(OrderLog.Configure));

    /// <summary>Publishes and waits until the saga has worked it off.</summary>
    public async Task SayAsync<T>(T message, string? from = null)
        where T : class
    {
        await _bus.Bus.Publish(message, x => x.SourceAddress = from is null ? x.SourceAddress : new Uri($"loopback://localhost/{from}"));
        await _bus.SettleAsync();
    }

    public Task FaultAsync<T>(T command, string reason = "The disk is full.", string? from = null)
        where T : class => SayAsync<Fault<T>>(new FaultOf<T>(command, reason), from);

    public Task SubmitAsync() => SayAsync(new OrderSubmitted(Id, Order));

    public Task ChargeAsync() => SayAsync(new OrderCharged(Id, Order));

    public Task CancelAsync() => SayAsync(new OrderCancelled(Id, "Changed my mind."));

    /// <summary>Submitted and paid for: the branches run.</summary>
    public async Task AcceptAsync()
    {
        await SubmitAsync();
        await ChargeAsync();
    }

    /// <summary>Accepted, and every branch ended well.</summary>
    public async Task CompleteAsync()
    {
        await AcceptAsync();
        await FinishAsync(OrderSteps.All);
    }

    public async Task FinishAsync(IEnumerable<string> steps)
    {
        foreach (var step in steps)
        {
            await FinishAsync(step);
        }
    }

    public Task FinishAsync(string step) => step switch
    {
        OrderSteps.Stock => SayAsync(new StockCommitted(Id)),
        OrderSteps.Label => SayAsync(new ShippingLabelCreated(Id, "1Z999")),
        OrderSteps.Invoice => SayAsync(new InvoiceMade(Id, "2026-1")),
        OrderSteps.Warehouse => SayAsync(new WarehouseInformed(Id)),
        OrderSteps.Analytics => SayAsync(new OrderAnalysed(Id)),
        _ => SayAsync(new NotificationAccepted(ConfirmationId, "order-confirmation", Id, 1)),
    };

    /// <summary>The retries of a branch are used up.</summary>
    public Task FailAsync(string step) => step switch
    {
        OrderSteps.Stock => FaultAsync(new CommitStock(Id)),
        OrderSteps.Label => FaultAsync(new CreateShippingLabel(Id, Order.Address)),
        OrderSteps.Invoice => FaultAsync(new MakeInvoice(Id)),
        OrderSteps.Warehouse => FaultAsync(new OrderAccepted(Id, Order), from: OrderQueues.Warehouse),
        OrderSteps.Analytics => FaultAsync(new OrderPlaced(Id), from: OrderQueues.Analytics),
        _ => FaultAsync(Published<SendNotification>()[0]),
    };

    /// <summary>Answers what undoes the order, up to and without the answer that <paramref name="until"/> waits for.</summary>
    public async Task UndoAsync(string until = nameof(OrderSaga.Undone))
    {
        while ((await StateAsync()).CurrentState is var state && state != until)
        {
            await AnswerUndoAsync(state);
        }
    }

    public Task AnswerUndoAsync(string state) => state switch
    {
        nameof(OrderSaga.Recalling) => SayAsync(new WarehouseRecalled(Id)),
        nameof(OrderSaga.Voiding) => SayAsync(new ShippingLabelVoided(Id)),
        nameof(OrderSaga.Crediting) => SayAsync(new InvoiceCredited(Id)),
        nameof(OrderSaga.Refunding) => SayAsync(new PaymentRefunded(Id)),
        nameof(OrderSaga.Releasing) => SayAsync(new StockReleased(Id)),
        _ => throw new InvalidOperationException($"In state {state} nothing is undone."),
    };

    public Task FaultUndoAsync(string state) => state switch
    {
        nameof(OrderSaga.Recalling) => FaultAsync(new RecallFromWarehouse(Id)),
        nameof(OrderSaga.Voiding) => FaultAsync(new VoidShippingLabel(Id)),
        nameof(OrderSaga.Crediting) => FaultAsync(new CreditInvoice(Id)),
        nameof(OrderSaga.Refunding) => FaultAsync(new RefundPayment(Id)),
        _ => FaultAsync(new ReleaseStock(Id)),
    };

    public Task AdvanceAsync(TimeSpan time) => _bus.AdvanceAsync(time);

    public async Task<OrderState> StateAsync() => await _bus.Saga<OrderState>(Id) ?? throw new InvalidOperationException($"There is no saga of order {Id}.");

    public Task<OrderState> InStateAsync(string state) => _bus.SagaInState<OrderState>(Id, state);

    public Task<OrderState?> FindAsync() => _bus.Saga<OrderState>(Id);

    public IReadOnlyList<T> Published<T>()
        where T : class => _log.All<T>();

    /// <summary>The commands that undo, in the order in which they were given.</summary>
    public IReadOnlyList<Type> Undoing() => [.. _log.All<object>().Select(x => x.GetType()).Where(UndoingInOrder.Contains)];

    public IReadOnlyList<Exception> Failures() => [.. _bus.Faulted<object>().Select(x => x.Exception)];

    public async Task<long> WaitingTimersAsync()
    {
        var waiting = 0L;
        await _bus.InScopeAsync(async services => waiting = (await services.GetRequiredService<ITimers>().CountAsync()).Waiting);
        return waiting;
    }

    public ValueTask DisposeAsync() => _bus.DisposeAsync();
}
