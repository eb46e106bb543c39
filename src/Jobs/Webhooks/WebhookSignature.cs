using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Bus.Jobs.Webhooks;

/// <summary>Signs calls as the Standard Webhooks specification says. Thread-safe.</summary>
internal sealed class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int LeastBytes = 24;

    private readonly byte[][] _secrets;

    /// <exception cref="JobException">A secret is none.</exception>
    public WebhookSignature(WebhookOptions options)
        : this(options.Secrets, "JobsOptions.Webhooks.Secrets")
    {
    }

    /// <param name="secrets">As base64.</param>
    /// <param name="setting">Where errors say that they are set.</param>
    /// <exception cref="JobException">A secret is none.</exception>
    public WebhookSignature(IEnumerable<string> secrets, string setting) => _secrets = [.. secrets.Select(secret => Read(secret, setting))];

    /// <summary>The value of the header, with one signature for each secret.</summary>
    public string Of(string id, long timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")), .. body];
        return string.Join(' ', _secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}"));
    }

    /// <summary>Whether one of the signatures in the header's value is by one of the secrets.</summary>
    public bool Accepts(string signatures, string id, long timestamp, byte[] body)
    {
        byte[][] own = [.. Of(id, timestamp, body).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes)];
        return signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes).Any(given => own.Any(one => CryptographicOperations.FixedTimeEquals(given, one)));
    }

    private static byte[] Read(string secret, string setting)
    {
        try
        {
            var bytes = Convert.FromBase64String(secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : secret);
            if (bytes.Length >= LeastBytes)
                return bytes;
        }
        catch (FormatException)
        {
            // What it is stays unsaid: it is a secret.
        }

        throw new JobException($"Each of `{setting}` must be at least {LeastBytes} bytes as base64, with or without `{Prefix}` before them: `openssl rand -base64 32` makes one.");
    }
}
