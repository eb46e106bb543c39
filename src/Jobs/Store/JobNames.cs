using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Bus.Jobs.Store;

/// <summary>What follows from the names that callers give to jobs.</summary>
internal static class JobNames
{
    private const int LongestName = 200;

    public static string Unique(string type, string name) => $"{type}:{name}";

    /// <summary>The name that follows from members of the arguments: their JSON as it is stored, or the SHA-256 of it where that is too long. The order in which the members are given means nothing.</summary>
    /// <exception cref="JobException">The arguments have no such member in their JSON.</exception>
    public static string By(IEnumerable<string> members, byte[] arguments, Type type)
    {
        using var document = JsonDocument.Parse(arguments);
        var known = JsonSerializerOptions.Web.GetTypeInfo(type).Properties;
        SortedDictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (var member in members)
        {
            var property = known.FirstOrDefault(property => property.Get is not null && ((property.AttributeProvider as MemberInfo)?.Name == member || property.Name == member))
                ?? throw new JobException($"The JSON of `{type.Name}` has no member `{member}`, which `{nameof(EnqueueOptions.UniqueBy)}` goes by.");
            // One that its type leaves out when it is null.
            values[property.Name] = document.RootElement.TryGetProperty(property.Name, out var value) ? value.GetRawText() : "null";
        }

        var text = string.Join('\n', values.Select(one => $"{one.Key}={one.Value}"));
        return text.Length <= LongestName ? text : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>The id of the one job with that idempotency key: a UUID of version 8 (RFC 9562) of the SHA-256 of both.</summary>
    public static Guid IdOf(string type, string idempotencyKey)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{type}\n{idempotencyKey}"));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
