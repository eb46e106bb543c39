using Bus.Contracts.Orders;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Bus.Sagas.Orders;

/// <summary>
/// Leads an order from its submission to its parcel's leaving, or back. Once the order is paid for, six branches run at once; those that it cannot do without must all end well, or everything is undone in
/// reverse, one after the other, and the money goes back. Which message leads where is drawn in <c>docs/sagas/order.md</c>.
/// </summary>
/// <remarks>
/// Messages come at least once, late, and some before those that they follow from: any of the four that are sent while the order is taken in may be the first. What comes twice or too late is ignored by name; an
/// event that no state expects is an error and goes to the error queue. Deadlines are timers in the saga's own transaction. Thread-safe: a machine holds no state of an order.
/// </remarks>
public sealed partial class OrderSaga : MassTransitStateMachine<OrderState>
{
    private readonly OrderPlan _plan;
    private readonly TimeProvider _clock;

    public OrderSaga(IOptions<OrderPlan> options, TimeProvider clock)
    {
        (_plan, _clock) = (options.Value, clock);
        InstanceState(x => x.CurrentState);
        Correlate();
        Schedule(() => ChargeDeadline, x => x.ChargeTimer, x => x.Received = e => e.CorrelateById(m => m.Message.OrderId));
        Schedule(() => FulfilmentDeadline, x => x.FulfilmentTimer, x => x.Received = e => e.CorrelateById(m => m.Message.OrderId));
        TakeIn();
        Fulfil();
        Undo();
        IgnoreWhatComesLate();
    }

    /// <summary>The charge is waited for.</summary>
    public State Charging { get; private set; } = null!;

    /// <summary>It is paid for, and its branches run.</summary>
    public State Fulfilling { get; private set; } = null!;

    /// <summary>It is to be undone, once every branch that leaves something to undo has ended.</summary>
    public State Stopping { get; private set; } = null!;

    /// <summary>Every branch has ended. It can still be cancelled.</summary>
    public State Completed { get; private set; } = null!;

    /// <summary>It is taken back from the warehouse.</summary>
    public State Recalling { get; private set; } = null!;

    /// <summary>Its label is voided.</summary>
    public State Voiding { get; private set; } = null!;

    /// <summary>Its invoice is credited.</summary>
    public State Crediting { get; private set; } = null!;

    /// <summary>Its money is given back.</summary>
    public State Refunding { get; private set; } = null!;

    /// <summary>Its stock is put back.</summary>
    public State Releasing { get; private set; } = null!;

    /// <summary>Final: the parcel has left.</summary>
    public State Shipped { get; private set; } = null!;

    /// <summary>Final: all is undone, the money is back.</summary>
    public State Undone { get; private set; } = null!;

    /// <summary>Final: it was never paid for.</summary>
    public State Refused { get; private set; } = null!;

    // Nothing keeps the messages of different senders in order, and a process that dies holds up its own for seconds. A cancellation that was not remembered would be lost for good.
    private void TakeIn()
    {
        Initially(
            When(Submitted).Then(x => Accept(x.Saga, x.Message.Order)).AwaitCharge(this).TransitionTo(Charging),
            When(Charged).Then(x => Accept(x.Saga, x.Message.Order)).FanOut(this).TransitionTo(Fulfilling),
            When(Declined).Then(x => End(x.Saga, x.Message.Reason)).TransitionTo(Refused),
            When(Cancelled).Then(x => Begin(x.Saga).Reason = x.Message.Reason).TransitionTo(Charging));

        During(Charging,
            When(Submitted, x => x.Saga.Order is null).Then(x => Accept(x.Saga, x.Message.Order)).AwaitCharge(this),
            When(ChargeDeadline.Received).Then(x => x.Saga.IsPending = true).Publish(x => new SettlePayment(x.Saga.CorrelationId)),
            When(SettlingFaulted).Then(x => x.Saga.Stuck = Explain(x)).AwaitCharge(this),
            When(Cancelled).Then(x => x.Saga.Reason ??= x.Message.Reason),
            When(Declined)
                .Unschedule(ChargeDeadline)
                // Who has cancelled knows.
                .If(x => x.Saga is { IsPending: true, Order: not null, Reason: null }, x => x.Publish(m => OrderNotices.Refused(m.Saga, m.Message.Reason)))
                .Then(x => End(x.Saga, x.Message.Reason))
                .TransitionTo(Refused),
            When(Charged)
                .Unschedule(ChargeDeadline)
                .Then(x => Accept(x.Saga, x.Message.Order))
                .IfElse(
                    x => x.Saga.Reason is null,
                    x => x.FanOut(this).TransitionTo(Fulfilling),
                    // Cancelled meanwhile: no branch has begun, so only money and stock go back.
                    x => x.Publish(m => new RefundPayment(m.Saga.CorrelationId)).TransitionTo(Refunding)));
    }

    private OrderState Begin(OrderState order)
    {
        if (order.StartedAt == default)
        {
            order.StartedAt = _clock.GetUtcNow();
        }

        return order;
    }

    private void Accept(OrderState order, OrderDetails details) => (Begin(order).Order, order.Stuck) = (details, null);

    private void End(OrderState order, string reason) => (Begin(order).Reason, order.Stuck, order.EndedAt) = (reason, null, _clock.GetUtcNow());

    private static string Explain<TCommand>(BehaviorContext<OrderState, Fault<TCommand>> fault) =>
        $"{typeof(TCommand).Name} failed and its retries are used up: {fault.Message.Exceptions?.FirstOrDefault()?.Message ?? "no reason was given"}";
}
