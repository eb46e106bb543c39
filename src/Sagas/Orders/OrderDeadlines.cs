namespace Bus.Sagas.Orders;

/// <summary>The saga to itself: by now the charge should have been heard of.</summary>
public sealed record OrderChargeOverdue(Guid OrderId);

/// <summary>The saga to itself: by now every branch should have ended.</summary>
public sealed record OrderFulfilmentOverdue(Guid OrderId);
