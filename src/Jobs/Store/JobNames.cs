using System.Security.Cryptography;
using System.Text;

namespace Bus.Jobs.Store;

/// <summary>What follows from the names that callers give to jobs.</summary>
internal static class JobNames
{
    public static string Unique(string type, string name) => $"{type}:{name}";

    /// <summary>The id of the one job with that idempotency key: a UUID of version 8 (RFC 9562) of the SHA-256 of both.</summary>
    public static Guid IdOf(string type, string idempotencyKey)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{type}\n{idempotencyKey}"));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
