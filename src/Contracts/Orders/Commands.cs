namespace Bus.Contracts.Orders;

/// <summary>Find out how the charge of this order went, charging if it was not yet: whoever took the order in did not come to know it in time. Answered with <see cref="OrderCharged"/> or <see cref="OrderRefused"/>.</summary>
public sealed record SettlePayment(Guid OrderId);

/// <summary>Turn what is reserved into what is sold. Answered with <see cref="StockCommitted"/>.</summary>
public sealed record CommitStock(Guid OrderId);

/// <summary>Have the carrier make a label. Answered with <see cref="ShippingLabelCreated"/>, or <see cref="OrderStepRefused"/>.</summary>
public sealed record CreateShippingLabel(Guid OrderId, OrderAddress Address);

/// <summary>Write the invoice. Answered with <see cref="InvoiceMade"/>.</summary>
public sealed record MakeInvoice(Guid OrderId);

/// <summary>Take the order back from the warehouse. Taking back what is not there is no error. Answered with <see cref="WarehouseRecalled"/>.</summary>
public sealed record RecallFromWarehouse(Guid OrderId);

/// <summary>Void the label, if one was made. Answered with <see cref="ShippingLabelVoided"/>.</summary>
public sealed record VoidShippingLabel(Guid OrderId);

/// <summary>Write a credit note for the invoice, if one was made. Answered with <see cref="InvoiceCredited"/>.</summary>
public sealed record CreditInvoice(Guid OrderId);

/// <summary>Give the money back, if any was taken. Answered with <see cref="PaymentRefunded"/>.</summary>
public sealed record RefundPayment(Guid OrderId);

/// <summary>Put back on the shelf what is reserved or sold. Answered with <see cref="StockReleased"/>.</summary>
public sealed record ReleaseStock(Guid OrderId);
