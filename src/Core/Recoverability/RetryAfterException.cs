namespace Bus.Core.Recoverability;

/// <summary>
/// Thrown by a handler that was told to come back later. It is transient; the next attempt waits at least <see cref="RetryAfter"/>, and if that is
/// longer than retries may last in all, the message fails at once with that reason.
/// </summary>
public sealed class RetryAfterException(string message, TimeSpan? retryAfter, Exception? innerException = null)
    : Exception(message, innerException), IRetryAfter
{
    /// <inheritdoc/>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
