namespace Bus.Scheduler.Timing;

/// <summary>The instants anchor + n · interval for n = 0, 1, 2, ..., in elapsed time.</summary>
internal sealed class IntervalRecurrence(TimeSpan interval) : Recurrence(IntervalText.Write(interval))
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    /// <summary>What is wrong with the length, as the rest of a sentence; null if nothing is.</summary>
    public static string? ProblemOf(TimeSpan interval) =>
        interval < Shortest ? "is too short: an interval must be at least 100 ms."
        : interval.Ticks % TimeSpan.TicksPerMillisecond != 0 ? "is too fine: an interval must be whole milliseconds."
        : null;

    internal override DateTime? NextAfter(DateTime after, TimeZoneInfo zone, DateTime anchor)
    {
        if (after < anchor)
        {
            return anchor <= WallClock.Latest ? anchor : null;
        }

        var passed = (after.Ticks - anchor.Ticks) / interval.Ticks;
        var last = (WallClock.Latest.Ticks - anchor.Ticks) / interval.Ticks;
        return passed < last ? new DateTime(anchor.Ticks + ((passed + 1) * interval.Ticks), DateTimeKind.Utc) : null;
    }
}
