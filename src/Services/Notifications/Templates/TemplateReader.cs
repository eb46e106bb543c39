using Bus.Services.Notifications.Records;

namespace Bus.Services.Notifications.Templates;

/// <summary>
/// Reads a template from its files: <c>email.txt</c> (with <c>Subject:</c>), beside it <c>email.html</c>, <c>sms.txt</c>, <c>push.txt</c> (with <c>Title:</c>). A channel without a file is not used. A file may begin with
/// header lines, which end at the first empty line: <c>Subject:</c>, <c>Title:</c>, <c>Urgent: yes</c>.
/// </summary>
internal static class TemplateReader
{
    private static readonly string[] Headers = ["Subject", "Title", "Urgent"];

    /// <param name="name">The template's name.</param>
    /// <param name="files">Text by file name.</param>
    /// <exception cref="FormatException">A file is wrong; the message names it and says how.</exception>
    public static Template Read(string name, IReadOnlyDictionary<string, string> files)
    {
        Dictionary<NotificationChannel, TemplatePart> parts = [];
        foreach (var file in files.Keys.Order(StringComparer.Ordinal))
        {
            try
            {
                switch (file)
                {
                    case "email.txt":
                        parts[NotificationChannel.Email] = ReadPart(files[file], "Subject") with { Html = files.TryGetValue("email.html", out var html) ? TemplateText.Parse(html, isHtml: true) : null };
                        break;
                    case "email.html" when files.ContainsKey("email.txt"):
                        break;
                    case "email.html":
                        throw new FormatException("there must be an email.txt beside it, with the subject and the text for who reads no HTML");
                    case "sms.txt":
                        parts[NotificationChannel.Sms] = ReadPart(files[file], null);
                        break;
                    case "push.txt":
                        parts[NotificationChannel.Push] = ReadPart(files[file], "Title");
                        break;
                    default:
                        throw new FormatException("it must be named email.txt, email.html, sms.txt or push.txt");
                }
            }
            catch (FormatException wrong)
            {
                throw new FormatException($"Template '{name}', {file}: {wrong.Message}.", wrong);
            }
        }

        return parts.Count > 0 ? new Template(name, parts) : throw new FormatException($"Template '{name}' has no file: give it an email.txt, sms.txt or push.txt.");
    }

    private static TemplatePart ReadPart(string source, string? title)
    {
        var lines = source.ReplaceLineEndings("\n").Split('\n');
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        var line = 0;
        while (line < lines.Length && Headers.FirstOrDefault(header => lines[line].StartsWith($"{header}:", StringComparison.OrdinalIgnoreCase)) is { } known)
            headers[known] = lines[line++][(known.Length + 1)..].Trim();
        if (line > 0 && line < lines.Length && lines[line].Length > 0)
            throw new FormatException($"line {line + 1} must be empty: the headers end there. Headers are {string.Join(", ", Headers)}");
        var text = string.Join('\n', lines[(line > 0 ? Math.Min(line + 1, lines.Length) : 0)..]).TrimEnd() + (title is null ? "" : "\n");
        if (string.IsNullOrWhiteSpace(text))
            throw new FormatException("there is no text in it");
        if (title is not null && headers.GetValueOrDefault(title) is not { Length: > 0 })
            throw new FormatException($"it must begin with `{title}: …` and an empty line");
        return new TemplatePart(title is null ? null : TemplateText.Parse(headers[title], isHtml: false), TemplateText.Parse(text, isHtml: false), null, headers.GetValueOrDefault("Urgent") is "yes" or "Yes");
    }
}
