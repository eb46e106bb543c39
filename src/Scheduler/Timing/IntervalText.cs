using System.Globalization;

namespace Bus.Scheduler.Timing;

/// <summary>Reads <c>every 00:05:00</c> and <c>every 90s</c>.</summary>
internal static class IntervalText
{
    private const string Word = "every";

    // The longer suffix first: "ms" also ends with "s".
    private static readonly (string Suffix, long Ticks)[] Units =
    [
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
        ("d", TimeSpan.TicksPerDay),
    ];

    public static string Write(TimeSpan interval) => $"{Word} {interval.ToString("c", CultureInfo.InvariantCulture)}";

    public static bool IsMeant(string text) => text.TrimStart().StartsWith(Word, StringComparison.OrdinalIgnoreCase);

    public static Recurrence? Read(string text, ICollection<string> problems)
    {
        if (RecurrenceText.IsTooLong(text, problems))
        {
            return null;
        }

        var length = text.Trim()[Word.Length..];
        var interval = length.Length > 0 && char.IsWhiteSpace(length[0]) ? Length(length.Trim()) : null;
        var problem = interval is { } known
            ? IntervalRecurrence.ProblemOf(known)
            : "is not an interval: write \"every 00:05:00\", or one number with ms, s, m, h or d such as \"every 90s\".";
        if (problem is not null)
        {
            problems.Add($"`Recurrence` \"{text}\" {problem}");
            return null;
        }

        return new IntervalRecurrence(interval!.Value);
    }

    private static TimeSpan? Length(string text) =>
        // With fewer than two colons "5" would be five days and "5:00" five hours, which nobody means for sure.
        text.Count(c => c == ':') == 2
            ? TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var exact) ? exact : null
            : Short(text);

    private static TimeSpan? Short(string text)
    {
        foreach (var (suffix, ticks) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                return long.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= long.MaxValue / ticks
                    ? new TimeSpan(count * ticks)
                    : null;
            }
        }

        return null;
    }
}
