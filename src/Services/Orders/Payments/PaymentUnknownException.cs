namespace Bus.Services.Orders.Payments;

/// <summary>The gateway did not say what became of a charge or a refund: it may have been done, or not. Asking again is safe.</summary>
public sealed class PaymentUnknownException(string message, Exception? innerException = null) : Exception(message, innerException);
