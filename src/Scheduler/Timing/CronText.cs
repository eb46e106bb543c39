using System.Text;
using Cronos;

namespace Bus.Scheduler.Timing;

/// <summary>Reads cron expressions, and says of each field that is wrong what it allows.</summary>
internal static class CronText
{
    private const string Values = "a list \"1,2\", a range \"1-5\", a step \"*/5\", or \"*\"";

    private static readonly (string Name, string Allowed)[] Fields =
    [
        ("second", $"0-59, {Values}"),
        ("minute", $"0-59, {Values}"),
        ("hour", $"0-23, {Values}"),
        ("day of month", $"1-31, {Values}, \"L\", \"L-3\", \"15W\" or \"LW\""),
        ("month", $"1-12, JAN-DEC, {Values}"),
        ("day of week", $"0-7 (0 and 7 are Sunday), SUN-SAT, {Values}, \"5L\" or \"MON#2\""),
    ];

    /// <summary>The recurrence, or null and what is wrong with the text added to <paramref name="problems"/>.</summary>
    public static Recurrence? Read(string text, ICollection<string> problems)
    {
        if (RecurrenceText.IsTooLong(text, problems))
        {
            return null;
        }

        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var normal = string.Join(' ', words);
        var format = words.Length == Fields.Length ? CronFormat.IncludeSeconds : CronFormat.Standard;
        if (CanBe(words, format) && CronExpression.TryParse(normal, format, out var expression))
        {
            return new CronRecurrence(normal, expression);
        }

        foreach (var problem in normal.StartsWith('@') ? [Macro(normal)] : words.Length is 5 or 6 ? WrongFields(words) : [Count(normal, words.Length)])
        {
            problems.Add(problem);
        }

        return null;
    }

    // Cronos stops reading at a NUL, whatever follows.
    private static bool CanBe(string[] words, CronFormat format) =>
        words.All(IsPlain) && words.Length == (words is [['@', ..], ..] ? 1 : format == CronFormat.IncludeSeconds ? 6 : 5);

    private static bool IsPlain(string word) => Ascii.IsValid(word) && !word.Any(char.IsControl);

    private static IEnumerable<string> WrongFields(string[] words)
    {
        var skipped = Fields.Length - words.Length;
        for (var i = 0; i < words.Length; i++)
        {
            string[] alone = ["*", "*", "*", "*", "*", "*"];
            alone[i + skipped] = words[i];
            if (!IsPlain(words[i]) || !CronExpression.TryParse(string.Join(' ', alone), CronFormat.IncludeSeconds, out _))
            {
                var (name, allowed) = Fields[i + skipped];
                yield return $"`Recurrence` \"{string.Join(' ', words)}\": the {name} field \"{words[i]}\" is not allowed: it takes {allowed}.{Hash(words[i])}";
            }
        }
    }

    private static string Hash(string word) => word[0] == 'H' ? " To spread schedules over time, set `Jitter` in place of \"H\"." : "";

    private static string Macro(string text) =>
        $"`Recurrence` \"{text}\" is not a macro: there are @every_second, @every_minute, @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually.";

    private static string Count(string text, int count) =>
        $"`Recurrence` \"{text}\" has {count} {(count == 1 ? "field" : "fields")}, but a cron expression has 5 (minute, hour, day of month, month, day of week) or 6 with seconds first. An interval is written \"every 5m\".";
}
