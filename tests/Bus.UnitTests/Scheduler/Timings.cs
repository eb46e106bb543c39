using Bus.Scheduler;
using Bus.Scheduler.Timing;
using Xunit;

namespace Bus.UnitTests.Scheduler;

/// <summary>Timings for tests, most of which must be valid.</summary>
internal static class Timings
{
    public static readonly DateTimeOffset Created = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static ScheduleTiming Of(
        string recurrence,
        string zone = "UTC",
        DateTimeOffset? start = null,
        DateTimeOffset? end = null,
        ScheduleCalendar? calendar = null,
        TimeSpan jitter = default,
        DateTimeOffset? created = null)
    {
        var problems = new List<string>();
        var text = new TimingText { Recurrence = recurrence, Zone = zone, Start = start, End = end, Calendar = calendar, Jitter = jitter };
        Assert.True(ScheduleTiming.TryCreate(text, created ?? Created, problems, out var timing), string.Join('\n', problems));
        return timing;
    }

    public static string[] ProblemsOf(TimingText text, DateTimeOffset? created = null)
    {
        var problems = new List<string>();
        Assert.False(ScheduleTiming.TryCreate(text, created ?? Created, problems, out var timing));
        Assert.Null(timing);
        return [.. problems];
    }

    public static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text + "Z");

    /// <summary>What the clocks of the zone show, with their offset: <c>2026-03-29T03:00+02:00</c>.</summary>
    public static string[] OnTheClocksOf(string zone, IEnumerable<DateTimeOffset> instants)
    {
        var info = TimeZoneInfo.FindSystemTimeZoneById(zone);
        return [.. instants.Select(i => TimeZoneInfo.ConvertTime(i, info).ToString("yyyy-MM-dd'T'HH:mmzzz"))];
    }
}
