using System.Diagnostics.CodeAnalysis;

namespace Bus.Services.Orders.Checkout;

/// <summary>What texts from outside may be. None has line breaks or other control characters: they end up in e-mail headers, labels and logs. Pure.</summary>
internal static class TextRules
{
    /// <summary>The text without spaces around it; empty, and an error, where it may not be so.</summary>
    public static string Required(string? text, string field, int longest, List<string> errors)
    {
        if (!string.IsNullOrWhiteSpace(text))
            return Optional(text, field, longest, errors) ?? "";
        errors.Add($"`{field}` is missing.");
        return "";
    }

    /// <summary>As <see cref="Required"/>, but null where there is none.</summary>
    public static string? Optional(string? text, string field, int longest, List<string> errors)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var trimmed = text.Trim();
        if (trimmed.Any(IsControl) || text.Any(letter => letter is '\r' or '\n'))
            errors.Add($"`{field}` must be one line without control characters.");
        else if (trimmed.Length > longest)
            errors.Add($"`{field}` must have at most {longest} characters, but had {trimmed.Length}.");
        return trimmed.Length > longest ? trimmed[..longest] : trimmed;
    }

    /// <summary>An address of the form <c>name@host</c>. Whether anybody reads it only a message to it can tell.</summary>
    public static string Email(string? text, string field, List<string> errors)
    {
        var before = errors.Count;
        var email = Required(text, field, 254, errors);
        if (errors.Count == before && !IsEmail(email))
            errors.Add($"`{field}` must be an e-mail address such as kari@example.com, but was '{email}'.");
        return email;
    }

    /// <summary>A number in the international form; null for none.</summary>
    public static string? Phone(string? text, string field, List<string> errors)
    {
        var phone = Optional(text, field, 16, errors);
        if (phone is not null && !(phone is ['+', not '0', ..] && phone.Length >= 7 && phone.Skip(1).All(char.IsAsciiDigit)))
            errors.Add($"`{field}` must be in the international form, such as +4712345678, but was '{Shown(phone)}'.");
        return phone;
    }

    /// <summary>A product's key, in upper case.</summary>
    public static string Sku(string? text, string field, List<string> errors)
    {
        if (IsSku(text))
            return text.ToUpperInvariant();
        errors.Add($"`{field}` must be 1 to 64 letters, digits, dots, dashes or underscores, but was {(text is null ? "missing" : $"'{Shown(text)}'")}.");
        return "";
    }

    private static bool IsSku([NotNullWhen(true)] string? text) => text is { Length: > 0 and <= 64 } && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');

    private static bool IsEmail(string text) =>
        text.Split('@') is [{ Length: > 0 and <= 64 } name, { Length: > 0 } host] && !text.Any(letter => letter is ' ' or ',' or ';' or '<' or '>' or '"' or '(' or ')' or ':' or '\\')
        && !name.StartsWith('.') && !host.StartsWith('.') && !host.EndsWith('.') && !host.Contains("..", StringComparison.Ordinal);

    // The two separators break lines for some who read them. Half a character cannot be stored.
    private static bool IsControl(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029' or '\uFFFE' or '\uFFFF';

    private static string Shown(string text) => new([.. text.Take(64).Select(letter => IsControl(letter) ? '?' : letter)]);
}
