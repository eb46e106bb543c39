namespace Bus.Scheduler.Timing;

/// <summary>Zones by name.</summary>
internal static class TimeZones
{
    // More wrong letters than this is another name.
    private const int MostWrongLetters = 3;
    private const int MaxLength = 100;
    private const int MostSuggestions = 3;

    /// <summary>The zone, or null and a problem that names the nearest zones.</summary>
    public static TimeZoneInfo? Find(string? id, ICollection<string> problems)
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            problems.Add("`Zone` is empty: write an IANA name such as \"Europe/Berlin\", or \"UTC\".");
            return null;
        }

        if (id.Length > MaxLength)
        {
            problems.Add($"`Zone` has {id.Length} characters, but no zone's name has more than {MaxLength}: write an IANA name such as \"Europe/Berlin\", or \"UTC\".");
            return null;
        }

        // .NET takes a name in another case only after all zones have been listed once: the answer must not hang on what ran before.
        if (TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) || (zone = InOtherCase(id)) is not null)
        {
            return zone;
        }

        problems.Add($"`Zone` \"{id}\" is unknown on this machine: {Remedy(id)}");
        return null;
    }

    private static TimeZoneInfo? InOtherCase(string id) =>
        TimeZoneInfo.GetSystemTimeZones().FirstOrDefault(zone => string.Equals(zone.Id, id, StringComparison.OrdinalIgnoreCase));

    private static string Remedy(string id)
    {
        var nearest = TimeZoneInfo.GetSystemTimeZones()
            .GroupBy(zone => Math.Min(WrongLetters(id, zone.Id), WrongLetters(id, zone.Id[(zone.Id.LastIndexOf('/') + 1)..])), zone => zone.Id)
            .Where(zones => zones.Key <= Math.Min(MostWrongLetters, id.Length / 3))
            .MinBy(zones => zones.Key);
        var names = string.Join(" or ", (nearest ?? Enumerable.Empty<string>()).Order(StringComparer.Ordinal).Take(MostSuggestions).Select(name => $"\"{name}\""));
        return names.Length > 0 ? $"did you mean {names}?" : "write an IANA name such as \"Europe/Berlin\", or \"UTC\".";
    }

    // Letters to change, add or leave out (Levenshtein's distance); upper and lower case are the same, and so are blank and underscore.
    private static int WrongLetters(string given, string known)
    {
        var row = Enumerable.Range(0, known.Length + 1).ToArray();
        for (var i = 1; i <= given.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= known.Length; j++)
            {
                var replaced = diagonal + (Plain(given[i - 1]) == Plain(known[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[known.Length];
    }

    private static char Plain(char letter) => letter == ' ' ? '_' : char.ToUpperInvariant(letter);
}
