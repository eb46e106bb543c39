namespace Bus.Services.Notifications.Delivering;

/// <summary>This delivery is refused for good; the text says by whom and why. No retry would help.</summary>
internal sealed class DeliveryRefusedException(string message, Exception? inner = null) : Exception(message, inner);
