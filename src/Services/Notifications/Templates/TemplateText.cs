using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Bus.Services.Notifications.Templates;

/// <summary>A text with fields: <c>{{name}}</c>, or <c>{{name|what stands there without one}}</c>. There is no logic in it: whoever sends says what is in a field. Immutable.</summary>
internal sealed partial class TemplateText
{
    private readonly (string Text, string? Field, string? Default)[] _parts;
    private readonly bool _isHtml;

    private TemplateText((string Text, string? Field, string? Default)[] parts, bool isHtml) => (_parts, _isHtml) = (parts, isHtml);

    /// <summary>The fields without which it cannot be filled.</summary>
    public IEnumerable<string> Required => _parts.Where(part => part is { Field: not null, Default: null }).Select(part => part.Field!);

    /// <param name="source">The text.</param>
    /// <param name="isHtml">Whether what fields are filled with is encoded.</param>
    /// <exception cref="FormatException">Braces hold no field.</exception>
    public static TemplateText Parse(string source, bool isHtml)
    {
        List<(string, string?, string?)> parts = [];
        var end = 0;
        foreach (var field in Field().Matches(source).Cast<Match>())
        {
            parts.Add((Plain(source[end..field.Index]), null, null));
            parts.Add(("", field.Groups["name"].Value, field.Groups["default"] is { Success: true } given ? given.Value : null));
            end = field.Index + field.Length;
        }

        return new TemplateText([.. parts, (Plain(source[end..]), null, null)], isHtml);
    }

    /// <summary>The text with its fields filled; of one that has neither value nor default nothing is left.</summary>
    public string Fill(Func<string, string?> value)
    {
        var text = new StringBuilder();
        foreach (var (plain, field, fallback) in _parts)
        {
            text.Append(plain);
            if (field is null)
                continue;
            var filled = value(field) is { Length: > 0 } given ? given : fallback ?? "";
            text.Append(_isHtml ? WebUtility.HtmlEncode(filled) : filled);
        }

        return text.ToString();
    }

    private static string Plain(string text) => text.IndexOf("{{", StringComparison.Ordinal) is var at and >= 0
        ? throw new FormatException($"'{text[at..Math.Min(text.Length, at + 30)]}' holds no field: it must be {{{{name}}}} or {{{{name|default}}}}, of letters, digits, - and _")
        : text;

    [GeneratedRegex(@"\{\{\s*(?<name>[A-Za-z][A-Za-z0-9_-]*)\s*(\|(?<default>[^{}\r\n]*))?\}\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Field();
}
