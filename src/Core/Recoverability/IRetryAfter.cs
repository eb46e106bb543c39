namespace Bus.Core.Recoverability;

/// <summary>An exception that knows when trying again makes sense, as an HTTP answer 429 or 503 with <c>Retry-After</c> does.</summary>
public interface IRetryAfter
{
    /// <summary>How long to wait before the next attempt; null if the other side did not say.</summary>
    TimeSpan? RetryAfter { get; }
}
