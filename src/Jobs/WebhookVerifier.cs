using System.Globalization;
using Bus.Jobs.Webhooks;

namespace Bus.Jobs;

/// <summary>Tells whether a call that came in was signed by who knows a secret, by the Standard Webhooks specification (standardwebhooks.com). Thread-safe.</summary>
public sealed class WebhookVerifier
{
    /// <summary>How far the time of a call may be off, so that one that somebody has listened to cannot be made again later.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private readonly WebhookSignature _signature;
    private readonly TimeProvider _time;

    /// <summary>Takes the secrets.</summary>
    /// <param name="secrets">At least 24 bytes each as base64, with or without <c>whsec_</c> before them.</param>
    /// <param name="setting">Where errors say that they are set.</param>
    /// <param name="time">The clock that calls are compared with.</param>
    /// <exception cref="JobException">A secret is none.</exception>
    public WebhookVerifier(IEnumerable<string> secrets, string setting, TimeProvider time) => (_signature, _time) = (new WebhookSignature(secrets, setting), time);

    /// <summary>Why the call is not to be believed; null when it is.</summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>.</param>
    /// <param name="signature">The header <c>webhook-signature</c>.</param>
    /// <param name="body">The body as it came.</param>
    public string? Refusal(string? id, string? timestamp, string? signature, byte[] body)
    {
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(signature) || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return "The headers webhook-id, webhook-timestamp (Unix seconds) and webhook-signature must be there.";
        if (Math.Abs(_time.GetUtcNow().ToUnixTimeSeconds() - seconds) > Tolerance.TotalSeconds)
            return $"The time of the call is more than {Tolerance.TotalMinutes} minutes off.";
        return _signature.Accepts(signature, id, seconds, body) ? null : "The signature is not by a secret that is known here.";
    }
}
