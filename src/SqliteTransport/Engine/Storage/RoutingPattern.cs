namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>The patterns of a topic exchange (AMQP 0-9-1, 3.1.3.3): words between dots, <c>*</c> for one word, <c>#</c> for none or more.</summary>
internal static class RoutingPattern
{
    public static bool Matches(string pattern, string key)
    {
        if (pattern == "#" || string.Equals(pattern, key, StringComparison.Ordinal))
            return true;
        return pattern.AsSpan().ContainsAny('*', '#') && Matches(pattern.Split('.'), Words(key));
    }

    // A key of nothing has no words; "".Split would see one.
    private static string[] Words(string key) => key.Length == 0 ? [] : key.Split('.');

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> words)
    {
        if (pattern.IsEmpty)
            return words.IsEmpty;
        if (pattern[0] == "#")
            return Matches(pattern[1..], words) || (!words.IsEmpty && Matches(pattern, words[1..]));
        return !words.IsEmpty && (pattern[0] == "*" || string.Equals(pattern[0], words[0], StringComparison.Ordinal)) && Matches(pattern[1..], words[1..]);
    }
}
