namespace Bus.Services.Orders.Payments;

/// <summary>One try at the gateway got an answer that answers nothing.</summary>
internal sealed class GatewayFailedException(string message, GatewayFailure failure, TimeSpan? retryAfter = null) : Exception(message)
{
    public GatewayFailure Failure { get; } = failure;

    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>What an answer that answers nothing says about the gateway.</summary>
internal enum GatewayFailure
{
    /// <summary>It is alive and wants to be asked later: too many requests, or the same one is in progress.</summary>
    Later,

    /// <summary>It does not work as it should: an error of its own, or an answer that cannot be read.</summary>
    Broken,

    /// <summary>It will say the same to the next try: its settings here are wrong.</summary>
    Refused,
}
