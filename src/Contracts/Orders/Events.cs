namespace Bus.Contracts.Orders;

/// <summary>The order is written down and its stock reserved; the charge has begun.</summary>
public sealed record OrderSubmitted(Guid OrderId, OrderDetails Order);

/// <summary>The order is paid for: it is accepted, and whoever ordered knows. May come before <see cref="OrderSubmitted"/>.</summary>
public sealed record OrderCharged(Guid OrderId, OrderDetails Order);

/// <summary>The order is over before it was paid for; its stock is free again.</summary>
public sealed record OrderRefused(Guid OrderId, string Reason);

/// <summary>The order may be fulfilled. Carries all of it, so that who hears it need not ask (event-carried state transfer): the warehouse.</summary>
public sealed record OrderAccepted(Guid OrderId, OrderDetails Order);

/// <summary>There is an accepted order. Says no more than which (event notification): who wants more asks for it, and sees it as it is then: analytics.</summary>
public sealed record OrderPlaced(Guid OrderId);

/// <summary>The stock is sold.</summary>
public sealed record StockCommitted(Guid OrderId);

/// <summary>The carrier has made a label.</summary>
public sealed record ShippingLabelCreated(Guid OrderId, string Label);

/// <summary>The invoice is written.</summary>
public sealed record InvoiceMade(Guid OrderId, string Number);

/// <summary>The warehouse has the order.</summary>
public sealed record WarehouseInformed(Guid OrderId);

/// <summary>Analytics has counted the order.</summary>
public sealed record OrderAnalysed(Guid OrderId);

/// <summary>A branch (<paramref name="Step"/>, one of <see cref="OrderSteps"/>) refuses the order for good, for a <paramref name="Reason"/> that a person understands. No retry would help.</summary>
public sealed record OrderStepRefused(Guid OrderId, string Step, string Reason);

/// <summary>The customer wants the order cancelled; it is certain that it was not shipped before.</summary>
public sealed record OrderCancelled(Guid OrderId, string Reason);

/// <summary>The parcel has left: the order cannot be cancelled any more.</summary>
public sealed record OrderShipped(Guid OrderId);

/// <summary>The warehouse does not have the order any more.</summary>
public sealed record WarehouseRecalled(Guid OrderId);

/// <summary>There is no valid label.</summary>
public sealed record ShippingLabelVoided(Guid OrderId);

/// <summary>There is no invoice that nothing stands against.</summary>
public sealed record InvoiceCredited(Guid OrderId);

/// <summary>No money is taken.</summary>
public sealed record PaymentRefunded(Guid OrderId);

/// <summary>Nothing is reserved or sold.</summary>
public sealed record StockReleased(Guid OrderId);

/// <summary>Every branch has ended. <paramref name="Without"/> names the <see cref="OrderSteps"/> that failed for good and that an order can do without; empty for none.</summary>
public sealed record OrderCompleted(Guid OrderId, IReadOnlyList<string> Without);

/// <summary>All that was done for the order is undone, the money is back; <paramref name="Reason"/> is for the customer to read.</summary>
public sealed record OrderUndone(Guid OrderId, string Reason);
