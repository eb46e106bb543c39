namespace Bus.Jobs;

/// <summary>A call of a webhook may not be made, or the other side has refused it for good; the text says which.</summary>
public sealed class WebhookRefusedException(string message, Exception? innerException = null) : Exception(message, innerException);
