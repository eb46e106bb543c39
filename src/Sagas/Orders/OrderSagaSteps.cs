using Bus.Contracts.Orders;
using MassTransit;

namespace Bus.Sagas.Orders;

/// <summary>What is done in more than one place of the saga.</summary>
internal static class OrderSagaSteps
{
    /// <summary>Sets the timer after which the charge is asked for.</summary>
    public static EventActivityBinder<OrderState, TEvent> AwaitCharge<TEvent>(this EventActivityBinder<OrderState, TEvent> binder, OrderSaga saga)
        where TEvent : class =>
        binder.Schedule(saga.ChargeDeadline, x => new OrderChargeOverdue(x.Saga.CorrelationId), _ => saga.ChargeDue);

    /// <summary>
    /// Begins all branches at once. Four are commands, each to the one that does it. The warehouse gets all that it needs with the event (state transfer); analytics hears only that there is
    /// an order (notification) and asks for what it wants to know.
    /// </summary>
    public static EventActivityBinder<OrderState, TEvent> FanOut<TEvent>(this EventActivityBinder<OrderState, TEvent> binder, OrderSaga saga)
        where TEvent : class =>
        binder
            .Schedule(saga.FulfilmentDeadline, x => new OrderFulfilmentOverdue(x.Saga.CorrelationId), _ => saga.FulfilmentDue)
            .Publish(x => new CommitStock(x.Saga.CorrelationId))
            .Publish(x => new CreateShippingLabel(x.Saga.CorrelationId, x.Saga.Order!.Address))
            .Publish(x => new MakeInvoice(x.Saga.CorrelationId))
            .Publish(x => new OrderAccepted(x.Saga.CorrelationId, x.Saga.Order!))
            .Publish(x => OrderNotices.Confirmation(x.Saga))
            .Publish(x => new OrderPlaced(x.Saga.CorrelationId));
}
