using Bus.Contracts.Orders;
using MassTransit;

namespace Bus.Sagas.Orders;

/// <summary>The way back, and what may still come after its time.</summary>
public sealed partial class OrderSaga
{
    // Reverse of the order in which they bind us to others: first nothing may leave the house, last the goods are for sale again. Each is commanded when the one before it is certain.
    private void Undo()
    {
        Undo(Recalling, Recalled, RecallingFaulted, x => x.Publish(m => new VoidShippingLabel(m.Saga.CorrelationId)).TransitionTo(Voiding));
        Undo(Voiding, LabelVoided, VoidingFaulted, x => x.Publish(m => new CreditInvoice(m.Saga.CorrelationId)).TransitionTo(Crediting));
        Undo(Crediting, InvoiceCredited, CreditingFaulted, x => x.Publish(m => new RefundPayment(m.Saga.CorrelationId)).TransitionTo(Refunding));
        Undo(Refunding, Refunded, RefundingFaulted, x => x.Publish(m => new ReleaseStock(m.Saga.CorrelationId)).TransitionTo(Releasing));
        Undo(Releasing, StockReleased, ReleasingFaulted, x => x
            .Then(m => m.Saga.EndedAt = _clock.GetUtcNow())
            .Publish(m => new OrderUndone(m.Saga.CorrelationId, m.Saga.Reason!))
            .Publish(m => OrderNotices.Undone(m.Saga))
            .TransitionTo(Undone));
    }

    // One that failed for good leaves the saga where it is. Its command is a dead letter: replayed, it is answered, and the saga goes on.
    private void Undo<TDone, TCommand>(
        State running, Event<TDone> done, Event<Fault<TCommand>> faulted, Func<EventActivityBinder<OrderState, TDone>, EventActivityBinder<OrderState, TDone>> next)
        where TDone : class
        where TCommand : class =>
        During(running,
            next(When(done).Then(x => x.Saga.Stuck = null)),
            When(faulted).Then(x => x.Saga.Stuck = Explain(x)));

    private void IgnoreWhatComesLate()
    {
        State[] undoing = [Recalling, Voiding, Crediting, Refunding, Releasing, Undone];
        State[] branchesOver = [Completed, Shipped, .. undoing];
        State[] paid = [Fulfilling, Stopping, .. branchesOver];

        During([Refused, .. paid], Ignore(Submitted), Ignore(ChargeDeadline.Received), Ignore(SettlingFaulted));
        During(paid, Ignore(Charged));
        During([Refused], Ignore(Declined));
        During([Refused, Stopping, Shipped, .. undoing], Ignore(Cancelled));
        During(branchesOver, Ignore(FulfilmentDeadline.Received));
        During([Shipped], Ignore(Left));
        During(branchesOver,
            Ignore(StockCommitted), Ignore(StockFaulted), Ignore(LabelCreated), Ignore(LabelFaulted), Ignore(InvoiceMade), Ignore(InvoiceFaulted),
            Ignore(WarehouseInformed), Ignore(AcceptedFaulted), Ignore(Analysed), Ignore(PlacedFaulted), Ignore(StepRefused));
        // Anybody may notify about an order.
        During([Charging, Refused, .. branchesOver], Ignore(Told), Ignore(Untold), Ignore(TellingFaulted));

        During([Voiding, Crediting, Refunding, Releasing, Undone], Ignore(Recalled), Ignore(RecallingFaulted));
        During([Crediting, Refunding, Releasing, Undone], Ignore(LabelVoided), Ignore(VoidingFaulted));
        During([Refunding, Releasing, Undone], Ignore(InvoiceCredited), Ignore(CreditingFaulted));
        During([Releasing, Undone], Ignore(Refunded), Ignore(RefundingFaulted));
        During([Undone], Ignore(StockReleased), Ignore(ReleasingFaulted));
    }
}
