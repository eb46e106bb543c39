using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Bus.Services;

/// <summary>Reads the settings of one section one by one. What is not set, or set to nothing, keeps its default; so does what cannot be read, and that is an error besides.</summary>
/// <param name="section">The section.</param>
/// <param name="errors">Takes what is wrong, each a sentence that names the setting, what it must be and what it was.</param>
internal sealed class SettingReader(IConfigurationSection section, List<string> errors)
{
    /// <summary>A text; an empty one is one.</summary>
    public string Text(string key, string known) => section[key] ?? known;

    /// <summary>A whole number within bounds.</summary>
    public int Between(string key, int known, int least, int most) => Read(
        key, known, text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value : null, $"between {least} and {most}");

    /// <summary>A time that is more than none.</summary>
    public TimeSpan Time(string key, TimeSpan known, TimeSpan most) => Read(
        key, known, text => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value > TimeSpan.Zero && value <= most ? value : null, $"a time of more than none and at most {most:c}");

    /// <summary>The address of an HTTP API.</summary>
    public Uri? Url(string key, Uri? known)
    {
        if (section[key] is not { Length: > 0 } text)
            return known;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            return url;
        errors.Add($"`{section.Path}:{key}` must be an address with http:// or https://, but was {text}.");
        return known;
    }

    /// <summary>A secret that goes into a header. No error says what it was.</summary>
    public string? Token(string key, string? known)
    {
        if (section[key] is not { Length: > 0 } token)
            return known;
        if (token.All(letter => letter is > ' ' and <= '~'))
            return token;
        errors.Add($"`{section.Path}:{key}` must consist of visible ASCII characters without spaces, but does not.");
        return known;
    }

    /// <summary>Every setting of the section that is none of these is an error.</summary>
    public void RefuseOthers(params string[] known) => errors.AddRange(section.GetChildren().Where(setting => !known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
        .Select(setting => $"`{setting.Path}` is not a setting. Those of `{section.Path}` are {string.Join(", ", known)}."));

    private T Read<T>(string key, T known, Func<string, T?> read, string what)
        where T : struct
    {
        if (section[key] is not { Length: > 0 } text)
            return known;
        if (read(text) is { } value)
            return value;
        errors.Add($"`{section.Path}:{key}` must be {what}, but was {text}.");
        return known;
    }
}
