using System.Net;

namespace Bus.Core.Recoverability;

/// <summary>Makes of an HTTP answer what the recoverability policy understands.</summary>
public static class HttpAnswers
{
    /// <summary>
    /// Returns the answer when it is a success. Throws a <see cref="RetryAfterException"/> for 429 and 503 with the time of their <c>Retry-After</c>, so that what called comes again then (a job without spending an
    /// attempt), and an <see cref="HttpRequestException"/> for every other failure: 408, 429 and 5xx are tried again, other 4xx are not.
    /// </summary>
    /// <param name="response">The answer; it is disposed when it is a failure.</param>
    /// <param name="time">Tells how far away a <c>Retry-After</c> is that names an instant (RFC 9110, 10.2.3); null for the system's clock.</param>
    public static HttpResponseMessage ThrowUnlessSuccess(this HttpResponseMessage response, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter is not null)
                throw new RetryAfterException($"{response.RequestMessage?.RequestUri?.Host} answered {(int)response.StatusCode} and asks to come later.", response.AskedDelay(time) ?? TimeSpan.Zero);
            return response.EnsureSuccessStatusCode();
        }
    }

    /// <summary>How long the answer's <c>Retry-After</c> asks to wait; null where it asks for nothing, or for a time that has passed.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="time">As for <see cref="ThrowUnlessSuccess"/>.</param>
    public static TimeSpan? AskedDelay(this HttpResponseMessage response, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(response);
        var asked = response.Headers.RetryAfter;
        return (asked?.Delta ?? asked?.Date - (time ?? TimeProvider.System).GetUtcNow()) is { } wait && wait > TimeSpan.Zero ? wait : null;
    }
}
