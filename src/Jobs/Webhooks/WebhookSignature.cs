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
    public WebhookSignature(WebhookOptions options) => _secrets = [.. options.Secrets.Select(Read)];

    /// <summary>The value of the header, with one signature for each secret.</summary>
    public string Of(string id, long timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")), .. body];
        return string.Join(' ', _secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}"));
    }

    private static byte[] Read(string secret)
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

        throw new JobException($"Each of `JobsOptions.Webhooks.Secrets` must be at least {LeastBytes} bytes as base64, with or without `{Prefix}` before them: `openssl rand -base64 32` makes one.");
    }
}
