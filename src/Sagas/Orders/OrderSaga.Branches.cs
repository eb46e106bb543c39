using Bus.Contracts.Orders;
using MassTransit;

namespace Bus.Sagas.Orders;

/// <summary>The branches of an accepted order: how each ends, and what follows.</summary>
public sealed partial class OrderSaga
{
    private void Fulfil()
    {
        Needed(OrderSteps.Stock, StockCommitted, StockFaulted);
        Needed(OrderSteps.Label, LabelCreated, LabelFaulted);
        Needed(OrderSteps.Invoice, InvoiceMade, InvoiceFaulted);
        Needed(OrderSteps.Warehouse, WarehouseInformed, AcceptedFaulted, x => IsFrom(x, OrderQueues.Warehouse));
        Spare(
            When(Told, x => IsConfirmation(x.Message.NotificationId, x.Saga)).Then(x => x.Saga.Finish(OrderSteps.Confirmation)),
            When(Untold, x => IsConfirmation(x.Message.NotificationId, x.Saga)).Then(x => x.Saga.Fail(OrderSteps.Confirmation, x.Message.Reason, x.Message.Reason)),
            When(TellingFaulted, x => IsConfirmation(x.Message.Message.NotificationId, x.Saga)).Then(x => Fail(x, OrderSteps.Confirmation)));
        Spare(
            When(Analysed).Then(x => x.Saga.Finish(OrderSteps.Analytics)),
            When(PlacedFaulted, x => IsFrom(x, OrderQueues.Analytics)).Then(x => Fail(x, OrderSteps.Analytics)));

        During(Fulfilling,
            CompleteIfDone(StopIfNeeded(When(StepRefused).Then(x => x.Saga.Fail(x.Message.Step, x.Message.Reason, x.Message.Reason)))),
            StopIfNeeded(When(Cancelled).Then(x => x.Saga.Reason = x.Message.Reason)),
            CompleteIfDone(When(FulfilmentDeadline.Received).Then(x => x.Saga.RunOutOfTime()).If(x => x.Saga.Next == OrderNext.Stop, x => x.TransitionTo(Stopping))));
        During(Stopping, When(FulfilmentDeadline.Received).Then(x => x.Saga.RunOutOfTime()));
        During(Stopping, UndoIfKnown(When(StepRefused).Then(x => x.Saga.Fail(x.Message.Step, x.Message.Reason, x.Message.Reason))));
        During(Completed,
            When(Left).Then(x => x.Saga.EndedAt = _clock.GetUtcNow()).TransitionTo(Shipped),
            When(Cancelled).Then(x => x.Saga.Reason = x.Message.Reason).Publish(x => new RecallFromWarehouse(x.Saga.CorrelationId)).TransitionTo(Recalling));
    }

    // What it has done must be undone, so that the undoing waits for its end, whichever it is.
    private void Needed<TDone, TCommand>(string step, Event<TDone> done, Event<Fault<TCommand>> faulted, StateMachineCondition<OrderState, Fault<TCommand>>? isOurs = null)
        where TDone : class
        where TCommand : class
    {
        During(Fulfilling, CompleteIfDone(When(done).Then(x => x.Saga.Finish(step))), StopIfNeeded(When(faulted, isOurs ?? (_ => true)).Then(x => Fail(x, step))));
        During(Stopping, UndoIfKnown(When(done).Then(x => x.Saga.Finish(step))), UndoIfKnown(When(faulted, isOurs ?? (_ => true)).Then(x => Fail(x, step))));
    }

    // It leaves nothing to undo: nobody waits for it but the completion.
    private void Spare<TDone, TFault>(EventActivityBinder<OrderState, TDone> done, EventActivityBinder<OrderState, TFault> failed)
        where TDone : class
        where TFault : class
    {
        During(Fulfilling, CompleteIfDone(done), CompleteIfDone(failed));
        During(Stopping, done, failed);
    }

    private void Spare<TDone, TRefusal, TFault>(EventActivityBinder<OrderState, TDone> done, EventActivityBinder<OrderState, TRefusal> refused, EventActivityBinder<OrderState, TFault> failed)
        where TDone : class
        where TRefusal : class
        where TFault : class
    {
        Spare(done, failed);
        During(Fulfilling, CompleteIfDone(refused));
        During(Stopping, refused);
    }

    private EventActivityBinder<OrderState, T> CompleteIfDone<T>(EventActivityBinder<OrderState, T> heard)
        where T : class =>
        heard.If(x => x.Saga.Next == OrderNext.Complete, x => x
            .Unschedule(FulfilmentDeadline)
            .Then(m => m.Saga.EndedAt = _clock.GetUtcNow())
            .Publish(m => new OrderCompleted(m.Saga.CorrelationId, m.Saga.Failed))
            .TransitionTo(Completed));

    private EventActivityBinder<OrderState, T> StopIfNeeded<T>(EventActivityBinder<OrderState, T> heard)
        where T : class =>
        // The deadline stays: past it, it is said what the stopping waits for.
        UndoIfKnown(heard.If(x => x.Saga.Next == OrderNext.Stop, x => x.TransitionTo(Stopping)));

    private EventActivityBinder<OrderState, T> UndoIfKnown<T>(EventActivityBinder<OrderState, T> heard)
        where T : class =>
        heard.If(x => x.Saga.Next == OrderNext.Undo, x => x.Unschedule(FulfilmentDeadline).Then(m => m.Saga.Stuck = null).Publish(m => new RecallFromWarehouse(m.Saga.CorrelationId)).TransitionTo(Recalling));

    private static void Fail<TCommand>(BehaviorContext<OrderState, Fault<TCommand>> fault, string step)
        where TCommand : class => fault.Saga.Fail(step, $"The step {step} failed.", Explain(fault));

    private static bool IsConfirmation(Guid notification, OrderState order) => notification == OrderNotices.ConfirmationId(order.CorrelationId);

    private static bool IsFrom(ConsumeContext context, string queue) => context.SourceAddress?.AbsolutePath.EndsWith(queue, StringComparison.Ordinal) == true;
}
