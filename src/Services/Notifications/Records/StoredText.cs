namespace Bus.Services.Notifications.Records;

/// <summary>Text as every database can hold it: PostgreSQL refuses nulls and half characters. Pure.</summary>
internal static class StoredText
{
    private const char Unknown = '\uFFFD';

    /// <summary>As much of it as may be long, with a mark in the place of what cannot be held.</summary>
    public static string Of(string text, int most)
    {
        if (text.Length > most)
            text = text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
        // Runes have no halves.
        return Holds(text) ? text : string.Concat(text.EnumerateRunes()).Replace('\0', Unknown);
    }

    /// <summary>Whether it can be held as it is.</summary>
    public static bool Holds(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] == '\0')
                return false;
            if (!char.IsSurrogate(text[index]))
                continue;
            if (!char.IsSurrogatePair(text, index))
                return false;
            index++;
        }

        return true;
    }
}
