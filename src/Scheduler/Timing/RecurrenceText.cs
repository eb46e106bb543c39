namespace Bus.Scheduler.Timing;

/// <summary>Tells by the first word whether a text is an interval or cron.</summary>
internal static class RecurrenceText
{
    // Room for every value of every field in lists. Cronos goes a level deeper with each comma: a list without end would overflow the stack.
    private const int MaxLength = 600;

    /// <summary>The recurrence, or null and what is wrong with the text added to <paramref name="problems"/>.</summary>
    public static Recurrence? Read(string? text, ICollection<string> problems)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            problems.Add("`Recurrence` is empty: write a cron expression such as \"0 6 * * MON-FRI\", or an interval such as \"every 5m\".");
            return null;
        }

        return IntervalText.IsMeant(text) ? IntervalText.Read(text, problems) : CronText.Read(text, problems);
    }

    public static bool IsTooLong(string text, ICollection<string> problems)
    {
        if (text.Length <= MaxLength)
        {
            return false;
        }

        problems.Add($"`Recurrence` has {text.Length} characters, but may have {MaxLength}: write ranges and steps in place of long lists.");
        return true;
    }
}
