using System.Linq.Expressions;
using Bus.Contracts.Notifications;
using Bus.Contracts.Orders;
using MassTransit;

namespace Bus.Sagas.Orders;

/// <summary>What the saga hears, and of which order it is.</summary>
public sealed partial class OrderSaga
{
    public Event<OrderSubmitted> Submitted { get; private set; } = null!;

    public Event<OrderCharged> Charged { get; private set; } = null!;

    public Event<OrderRefused> Declined { get; private set; } = null!;

    public Event<OrderCancelled> Cancelled { get; private set; } = null!;

    public Event<OrderShipped> Left { get; private set; } = null!;

    public Event<Fault<SettlePayment>> SettlingFaulted { get; private set; } = null!;

    public Event<StockCommitted> StockCommitted { get; private set; } = null!;

    public Event<Fault<CommitStock>> StockFaulted { get; private set; } = null!;

    public Event<ShippingLabelCreated> LabelCreated { get; private set; } = null!;

    public Event<Fault<CreateShippingLabel>> LabelFaulted { get; private set; } = null!;

    public Event<InvoiceMade> InvoiceMade { get; private set; } = null!;

    public Event<Fault<MakeInvoice>> InvoiceFaulted { get; private set; } = null!;

    public Event<WarehouseInformed> WarehouseInformed { get; private set; } = null!;

    public Event<Fault<OrderAccepted>> AcceptedFaulted { get; private set; } = null!;

    public Event<OrderAnalysed> Analysed { get; private set; } = null!;

    public Event<Fault<OrderPlaced>> PlacedFaulted { get; private set; } = null!;

    public Event<NotificationAccepted> Told { get; private set; } = null!;

    public Event<NotificationRejected> Untold { get; private set; } = null!;

    public Event<Fault<SendNotification>> TellingFaulted { get; private set; } = null!;

    public Event<OrderStepRefused> StepRefused { get; private set; } = null!;

    public Event<WarehouseRecalled> Recalled { get; private set; } = null!;

    public Event<Fault<RecallFromWarehouse>> RecallingFaulted { get; private set; } = null!;

    public Event<ShippingLabelVoided> LabelVoided { get; private set; } = null!;

    public Event<Fault<VoidShippingLabel>> VoidingFaulted { get; private set; } = null!;

    public Event<InvoiceCredited> InvoiceCredited { get; private set; } = null!;

    public Event<Fault<CreditInvoice>> CreditingFaulted { get; private set; } = null!;

    public Event<PaymentRefunded> Refunded { get; private set; } = null!;

    public Event<Fault<RefundPayment>> RefundingFaulted { get; private set; } = null!;

    public Event<StockReleased> StockReleased { get; private set; } = null!;

    public Event<Fault<ReleaseStock>> ReleasingFaulted { get; private set; } = null!;

    /// <summary>Runs while the charge is waited for.</summary>
    public Schedule<OrderState, OrderChargeOverdue> ChargeDeadline { get; private set; } = null!;

    /// <summary>Runs while the branches do.</summary>
    public Schedule<OrderState, OrderFulfilmentOverdue> FulfilmentDeadline { get; private set; } = null!;

    internal DateTime ChargeDue => (_clock.GetUtcNow() + _plan.SettleAfter).UtcDateTime;

    internal DateTime FulfilmentDue => (_clock.GetUtcNow() + _plan.FulfilWithin).UtcDateTime;

    private void Correlate()
    {
        Of(() => Submitted, x => x.OrderId);
        Of(() => Charged, x => x.OrderId);
        Of(() => Declined, x => x.OrderId);
        Of(() => Cancelled, x => x.OrderId);
        Of(() => Left, x => x.OrderId);
        Of(() => SettlingFaulted, x => x.Message.OrderId);
        Of(() => StockCommitted, x => x.OrderId);
        Of(() => StockFaulted, x => x.Message.OrderId);
        Of(() => LabelCreated, x => x.OrderId);
        Of(() => LabelFaulted, x => x.Message.OrderId);
        Of(() => InvoiceMade, x => x.OrderId);
        Of(() => InvoiceFaulted, x => x.Message.OrderId);
        Of(() => WarehouseInformed, x => x.OrderId);
        Of(() => AcceptedFaulted, x => x.Message.OrderId);
        Of(() => Analysed, x => x.OrderId);
        Of(() => PlacedFaulted, x => x.Message.OrderId);
        Of(() => StepRefused, x => x.OrderId);
        Of(() => Recalled, x => x.OrderId);
        Of(() => RecallingFaulted, x => x.Message.OrderId);
        Of(() => LabelVoided, x => x.OrderId);
        Of(() => VoidingFaulted, x => x.Message.OrderId);
        Of(() => InvoiceCredited, x => x.OrderId);
        Of(() => CreditingFaulted, x => x.Message.OrderId);
        Of(() => Refunded, x => x.OrderId);
        Of(() => RefundingFaulted, x => x.Message.OrderId);
        Of(() => StockReleased, x => x.OrderId);
        Of(() => ReleasingFaulted, x => x.Message.OrderId);
        About(() => Told, x => x.Subject);
        About(() => Untold, x => x.Subject);
        About(() => TellingFaulted, x => x.Message.Subject);
    }

    // An event without its order throws, so that it is retried and then seen in the error queue: MassTransit would acknowledge it silently.
    private void Of<T>(Expression<Func<Event<T>>> heard, Func<T, Guid> order)
        where T : class =>
        Event(heard, x => x.CorrelateById(m => order(m.Message)).OnMissingInstance(m => m.Fault()));

    // Notifications are about anything, and most are not about an order.
    private void About<T>(Expression<Func<Event<T>>> heard, Func<T, Guid?> subject)
        where T : class =>
        Event(heard, x => x.CorrelateById(m => subject(m.Message) ?? Guid.Empty).OnMissingInstance(m => m.Discard()));
}
