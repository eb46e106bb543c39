using MassTransit;

namespace Bus.Fallback;

/// <summary>For code that publishes without a database and must answer even while the broker is away.</summary>
public static class PublishFallbackExtensions
{
    /// <summary>
    /// Publishes <paramref name="message"/>; if that fails or takes longer than <paramref name="timeout"/>, runs <paramref name="fallback"/> instead and lets its
    /// exceptions through. A publish that timed out may still arrive, so the fallback must bear the work being done twice.
    /// </summary>
    /// <returns>True if it was published, false if the fallback ran.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the fallback did not run.</exception>
    public static async Task<bool> PublishOrElse<T>(
        this IPublishEndpoint endpoint, T message, Func<T, CancellationToken, Task> fallback, TimeSpan timeout, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(fallback);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            // A transport that is stuck in connecting does not always look at its token.
            await endpoint.Publish(message, limit.Token).WaitAsync(limit.Token);
            return true;
        }
        catch (Exception)
        {
            // Whatever the transport said about it: a caller that has gone wants neither.
            cancellationToken.ThrowIfCancellationRequested();
        }

        await fallback(message, cancellationToken);
        return false;
    }
}
