namespace Bus.Scheduler.Timing;

/// <summary>
/// What a zone's clocks do within a day of an instant: their distance to UTC before and after, and when it changes. No zone has changed twice within two
/// days since 2000, and none by more than a day ever.
/// </summary>
/// <param name="Center">The instant, in UTC.</param>
/// <param name="At">The first second of the new offset, in UTC; without meaning if the offsets are the same.</param>
/// <param name="Before">The offset a day earlier.</param>
/// <param name="After">The offset a day later.</param>
internal readonly record struct OffsetChange(DateTime Center, DateTime At, TimeSpan Before, TimeSpan After)
{
    /// <summary>Whether wall times come twice.</summary>
    public bool IsBack => After < Before;

    /// <summary>The first wall time that comes twice.</summary>
    public DateTime RepeatedFrom => At + After;

    /// <summary>The first wall time after those that come twice.</summary>
    public DateTime RepeatedUntil => At + Before;

    public static OffsetChange Near(DateTime utc, TimeZoneInfo zone)
    {
        var (early, late) = (utc.AddDays(-1), utc.AddDays(1));
        var (before, after) = (zone.GetUtcOffset(early), zone.GetUtcOffset(late));
        return new OffsetChange(utc, before == after ? utc : Search(early, late, before, zone), before, after);
    }

    public TimeSpan OffsetAt(DateTime utc) => utc < At ? Before : After;

    /// <summary>Whether what is known here decides about <paramref name="wall"/>, which is not earlier than the wall time at the center.</summary>
    public bool Covers(DateTime wall) => wall - Before < Center.AddDays(1) && wall - After < Center.AddDays(1);

    /// <summary>The first instant at which the clocks show this time; if they skip it, the first instant after the gap.</summary>
    public DateTime First(DateTime wall) =>
        wall - Before < At ? wall - Before
        : wall - After < At ? At
        : wall - After;

    private static DateTime Search(DateTime early, DateTime late, TimeSpan before, TimeZoneInfo zone)
    {
        while (late.Ticks - early.Ticks > TimeSpan.TicksPerSecond)
        {
            var middle = early.AddSeconds((late.Ticks - early.Ticks) / TimeSpan.TicksPerSecond / 2);
            (early, late) = zone.GetUtcOffset(middle) == before ? (middle, late) : (early, middle);
        }

        return late;
    }
}
