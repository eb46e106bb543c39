namespace Bus.Scheduler.Timing;

/// <summary>From the time that a zone's clocks show to the instant.</summary>
internal static class WallClock
{
    /// <summary>Nothing is planned earlier: here, and at the other end, offsets can be added and days looked around without leaving the calendar.</summary>
    public static readonly DateTime Earliest = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc).AddDays(3);

    /// <summary>Nothing is planned later: 9999-12-29T00:00:00Z.</summary>
    public static readonly DateTime Latest = new(9999, 12, 29, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>
    /// The first instant at which the clocks of <paramref name="zone"/> show <paramref name="wall"/>; if they skip it, the first instant after the gap.
    /// <paramref name="wall"/> has the kind UTC, so that nothing converts it, and lies between <see cref="Earliest"/> and <see cref="Latest"/>.
    /// </summary>
    public static DateTime First(DateTime wall, TimeZoneInfo zone) => OffsetChange.Near(wall, zone).First(wall);

    /// <summary>The day that the clocks of <paramref name="zone"/> show.</summary>
    public static DateOnly DayOf(DateTime utc, TimeZoneInfo zone)
    {
        var instant = utc < Earliest ? Earliest : utc;
        return DateOnly.FromDateTime(instant + zone.GetUtcOffset(instant));
    }
}
