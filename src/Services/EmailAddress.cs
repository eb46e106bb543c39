using System.Buffers;

namespace Bus.Services;

/// <summary>What passes as an e-mail address: the part of RFC 5321 that mailboxes have in practice. Whatever could end a header line or name a second recipient does not.</summary>
internal static class EmailAddress
{
    /// <summary>Most characters of an address (RFC 5321, 4.5.3.1.3, less the brackets).</summary>
    public const int MaxLength = 254;

    private const int LongestLocal = 64;
    private const int LongestLabel = 63;

    private static readonly SearchValues<char> Local = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+/=?^_`{|}~-");
    private static readonly SearchValues<char> Label = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    /// <summary>Why the text is no address, as the end of a sentence; null when it is one.</summary>
    public static string? Refusal(string text)
    {
        if (text.Length > MaxLength)
            return $"has more than {MaxLength} characters";
        if (text.Any(char.IsControl))
            return "has a line break or another control character";
        var at = text.LastIndexOf('@');
        return at > 0 && IsLocal(text.AsSpan(0, at)) && IsDomain(text[(at + 1)..]) ? null : "is no e-mail address such as name@example.com";
    }

    private static bool IsLocal(ReadOnlySpan<char> local) =>
        local.Length <= LongestLocal && !local.ContainsAnyExcept(Local) && local[0] != '.' && local[^1] != '.' && local.IndexOf("..") < 0;

    private static bool IsDomain(string domain) =>
        domain.Split('.').All(label => label.Length is > 0 and <= LongestLabel && !label.AsSpan().ContainsAnyExcept(Label) && label[0] != '-' && label[^1] != '-');
}
