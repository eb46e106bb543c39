using System.Globalization;

namespace Bus.Services.Images.Intake;

/// <summary>The name that an uploader gave a file, made fit to show. It is never used as a path.</summary>
internal static class DisplayName
{
    public const int MaxLength = 200;

    /// <summary>The last part of a path, without control and direction characters; <c>unnamed</c> where nothing is left.</summary>
    public static string From(string? fileName)
    {
        var last = (fileName ?? "").Split('/', '\\')[^1];
        var shown = new string([.. last.Where(c => char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate))]).Trim();
        if (shown.Length > MaxLength)
            shown = shown[..MaxLength];
        return shown.All(c => c == '.') ? "unnamed" : shown;
    }
}
