using System.Text;

namespace Bus.Jobs.Running;

/// <summary>Makes of any text one that every database stores.</summary>
internal static class JobText
{
    /// <summary>As much of it as may be long, without half a character and without nulls, which PostgreSQL refuses.</summary>
    public static string Of(string text, int most)
    {
        if (text.Length > most)
            text = text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
        // Runes have no halves.
        if (text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            text = string.Concat(text.EnumerateRunes());
        return text.Replace('\0', '\uFFFD');
    }
}
