namespace Bus.Jobs.Webhooks;

/// <summary>The other side could not take a call now.</summary>
internal sealed class WebhookFailedException(string message) : Exception(message);
