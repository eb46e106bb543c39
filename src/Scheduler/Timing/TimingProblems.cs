using System.Globalization;

namespace Bus.Scheduler.Timing;

/// <summary>What can be wrong with a timing beyond its texts.</summary>
internal static class TimingProblems
{
    // Enough to meet both the wide and the narrow gaps of an expression such as "0,5 * * * *".
    private const int GapsLookedAt = 16;

    /// <summary>Problems that are seen without asking for an instant.</summary>
    public static void OfValues(TimingText text, ICollection<string> problems)
    {
        if (text.End <= text.Start)
        {
            problems.Add($"`End` {Written(text.End.Value)} is not after `Start` {Written(text.Start.Value)}: nothing would ever fire. Set a later `End`, or none.");
        }

        if (text.Jitter < TimeSpan.Zero)
        {
            problems.Add($"`Jitter` must not be negative, but was {text.Jitter:c}.");
        }

        OfCalendar(text.Calendar ?? new ScheduleCalendar(), problems);
    }

    /// <summary>Problems that its instants show.</summary>
    public static void OfOccurrences(ScheduleTiming timing, DateTimeOffset created, ICollection<string> problems)
    {
        var instants = timing.After(created).Take(GapsLookedAt + 1).ToList();
        if (instants.Count == 0)
        {
            problems.Add(NeverFires(timing, created));
        }

        var shortest = instants.Zip(instants.Skip(1), (one, next) => next - one).DefaultIfEmpty(TimeSpan.MaxValue).Min();
        if (timing.Jitter > shortest)
        {
            problems.Add($"`Jitter` must not be longer than the time between two occurrences, but was {timing.Jitter:c} where \"{timing.Recurrence}\" fires after {shortest:c}.");
        }
    }

    private static void OfCalendar(ScheduleCalendar calendar, ICollection<string> problems)
    {
        foreach (var day in calendar.ExcludedWeekdays.Where(day => !Enum.IsDefined(day)))
        {
            problems.Add($"`Calendar` excludes the weekday {(int)day}, which there is not: use the names of `DayOfWeek`.");
        }

        if (calendar.ExcludedYearly.Contains(default))
        {
            problems.Add("`Calendar` excludes a yearly day without month and day: make it with `new MonthDay(12, 25)`.");
        }

        foreach (var span in calendar.ExcludedSpans.Where(span => span.Last < span.First))
        {
            problems.Add($"`Calendar` excludes the days from {span.First:yyyy-MM-dd} to {span.Last:yyyy-MM-dd}, which end before they begin: swap them.");
        }
    }

    private static string NeverFires(ScheduleTiming timing, DateTimeOffset created)
    {
        var from = timing.Start > created ? timing.Start.Value : created;
        if (timing.Unfiltered(timing.Start > created ? from.UtcDateTime.AddTicks(-1) : from.UtcDateTime) is not { } next)
        {
            return $"`Recurrence` \"{timing.Recurrence}\" never fires after {Written(from)}: nothing up to the year 9999 matches. Check its days and months, or the length of its interval.";
        }

        return timing.End is { } end && next >= end.UtcDateTime
            ? $"`Recurrence` \"{timing.Recurrence}\" would first fire at {Written(new DateTimeOffset(next))}, but `End` is {Written(end)}: set a later `End`, or none."
            : $"`Calendar` excludes every day on which \"{timing.Recurrence}\" would fire{Until(timing)}: exclude fewer days.";
    }

    private static string Until(ScheduleTiming timing) =>
        timing.End is { } end ? $" before `End` {Written(end)}" : $" in {ScheduleTiming.MostYearsExcluded} years";

    private static string Written(DateTimeOffset instant) => instant.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);
}
