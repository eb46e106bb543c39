using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Bus.Services;

/// <summary>A caller's own name for one request, so that it can repeat a call whose answer it did not get. 1 to 200 visible ASCII characters.</summary>
public readonly record struct IdempotencyKey
{
    /// <summary>Most characters of a key.</summary>
    public const int MaxLength = 200;

    private readonly string? _text;

    private IdempotencyKey(string text) => _text = text;

    /// <summary>SHA-256 of the key, 64 hexadecimal digits.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(_text ?? "")));

    /// <summary>Reads a header's value; false if it is empty, too long, or holds other characters.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out IdempotencyKey? key)
    {
        var valid = text is { Length: > 0 and <= MaxLength } && text.All(x => x is > ' ' and <= '~');
        key = valid ? new IdempotencyKey(text!) : null;
        return valid;
    }
}
