using Bus.Scheduler;
using Bus.Scheduler.Timing;
using CsCheck;
using NCrontab;
using Xunit;

namespace Bus.UnitTests.Scheduler;

/// <summary>
/// The table: expressions, each in zones around changes of their clocks, each case compared over days with <see cref="CronReference"/>. Zones with a
/// change on the wall of midnight, of half an hour, of two hours, of a whole day, of the base offset, and with winter as their "daylight saving".
/// </summary>
public sealed class When_a_cron_expression_is_planned
{
    private static readonly (string Zone, string[] Changes)[] Zones =
    [
        ("UTC", ["2024-02-29T00:00:00", "2026-12-31T23:00:00"]),
        ("Asia/Kolkata", ["2026-03-29T01:00:00", "2026-10-25T01:00:00"]),
        ("Europe/Berlin", ["2026-03-29T01:00:00", "2026-10-25T01:00:00"]),
        ("Europe/Dublin", ["2026-03-29T01:00:00", "2026-10-25T01:00:00"]),
        ("America/New_York", ["2026-03-08T07:00:00", "2026-11-01T06:00:00"]),
        ("America/St_Johns", ["2026-03-08T05:30:00", "2026-11-01T04:30:00"]),
        ("America/Havana", ["2026-03-08T05:00:00", "2026-11-01T05:00:00"]),
        ("America/Sao_Paulo", ["2018-11-04T03:00:00", "2019-02-17T02:00:00"]),
        ("America/Caracas", ["2016-05-01T07:00:00", "2007-12-09T07:00:00"]),
        ("America/Nuuk", ["2026-03-29T01:00:00", "2026-10-25T01:00:00"]),
        ("Africa/Casablanca", ["2026-03-22T02:00:00", "2026-02-15T02:00:00"]),
        ("Africa/Windhoek", ["2015-09-06T01:00:00", "2016-04-03T00:00:00"]),
        ("Africa/Cairo", ["2026-04-23T22:00:00", "2026-10-29T21:00:00"]),
        ("Antarctica/Troll", ["2026-03-29T01:00:00", "2026-10-25T01:00:00"]),
        ("Asia/Tehran", ["2022-03-21T20:30:00", "2022-09-21T19:30:00"]),
        ("Asia/Pyongyang", ["2018-05-04T15:00:00", "2015-08-14T15:00:00"]),
        ("Europe/Istanbul", ["2016-03-27T01:00:00", "2015-11-08T01:00:00"]),
        ("Australia/Lord_Howe", ["2026-10-03T15:30:00", "2026-04-04T15:00:00"]),
        ("Pacific/Apia", ["2011-12-30T10:00:00", "2012-03-31T14:00:00"]),
    ];

    private static readonly string[] AroundChanges =
    [
        "*/20 * * * *",
        "30 * * * *",
        "0 */2 * * *",
        "0 0 * * *",
        "15 0 * * *",
        "30 1 * * *",
        "15 2 * * *",
        "0 3 * * *",
        "45 1-3 * * *",
        "*/15 2 * * *",
        "0,30 0,1,2,3 * * *",
        "50 23 * * SUN",
        "5 2 ? * MON-SAT/2",
    ];

    private static readonly string[] OnDays =
    [
        "0 12 L * *",
        "0 12 L-3 * *",
        "0 12 LW * *",
        "0 12 L-1W * *",
        "30 6 1W * *",
        "30 6 15W * *",
        "30 6 31W * *",
        "0 0 * * 5L",
        "0 0 * * MONL",
        "0 0 * * MON#1",
        "0 0 * * 0#5",
        "0 9 13 * FRI",
        "0 9 1-7 * 7",
        "0 8 */10 * *",
        "0 8 5-25/5 JAN,FEB,MAR ?",
        "0 8 31 * *",
        "15 10 29 2 *",
        "0 17 * 1-3 MON-FRI",
        "59 23 31 12 *",
    ];

    public static TheoryData<string, string, string, double> Table { get; } =
    [
        .. from zone in Zones
           from change in zone.Changes
           from expression in AroundChanges
           select (expression, zone.Zone, change, 40.0),
        .. from zone in new[] { "UTC", "Europe/Berlin", "Pacific/Apia" }
           from date in new[] { "2023-12-20T00:00:00", "2026-01-25T00:00:00" }
           from expression in OnDays
           select (expression, zone, date, 24 * 75.0),
        .. from zone in Zones
           where zone.Zone is "Europe/Berlin" or "Europe/Dublin" or "Australia/Lord_Howe" or "Asia/Tehran"
           from change in zone.Changes
           from expression in new[] { "*/10 * * * * *", "30 59 1 * * *", "15 30 2 * * *", "0-3,59 */30 * * * ?" }
           select (expression, zone.Zone, change, 3.0),
    ];

    [Theory]
    [MemberData(nameof(Table))]
    public void Should_agree_with_a_walk_through_every_minute(string expression, string zone, string change, double hours)
    {
        var around = Timings.Utc(change);
        var (from, until) = (around.AddHours(-Math.Min(hours, 40)).AddTicks(7), around.AddHours(hours));
        var timing = Timings.Of(expression, zone, created: from);

        var expected = new CronReference(expression, TimeZoneInfo.FindSystemTimeZoneById(zone)).Between(from, until);

        Assert.Equal(expected, timing.After(from).TakeWhile(instant => instant < until));
        // Also when asked from anywhere between, as after a pause.
        var instant = from;
        foreach (var next in expected)
        {
            for (; instant < next; instant += (until - from) / 300)
            {
                Assert.Equal(next, timing.NextAfter(instant));
            }
        }
    }

    [Fact]
    public void Should_be_tried_in_many_cases_that_fire()
    {
        Assert.True(Table.Count >= 600, $"{Table.Count} cases");
        var changing = Zones.Where(z => z.Zone is not ("UTC" or "Asia/Kolkata"))
            .SelectMany(z => z.Changes.Select(change => (Zone: TimeZoneInfo.FindSystemTimeZoneById(z.Zone), At: Timings.Utc(change))));
        Assert.All(changing, c => Assert.NotEqual(c.Zone.GetUtcOffset(c.At.AddMinutes(-1)), c.Zone.GetUtcOffset(c.At)));
    }

    [Fact]
    public void Should_agree_with_the_walk_in_every_zone_at_any_time() => Gen.Select(
        OneOf([.. TimeZoneInfo.GetSystemTimeZones()]),
        OneOf(AroundChanges),
        Gen.Int[0, 25 * 365 * 24]).Sample(
        (zone, expression, hour) =>
        {
            var from = new DateTimeOffset(2002, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(hour);
            var recurrence = Recurrence.Parse(expression);
            var expected = new CronReference(expression, zone).Between(from, from.AddDays(3));

            var found = new List<DateTimeOffset>();
            for (var next = recurrence.NextAfter(from.UtcDateTime, zone, default); next < from.AddDays(3).UtcDateTime; next = recurrence.NextAfter(next.Value, zone, default))
            {
                found.Add(new DateTimeOffset(next.Value));
            }

            Assert.Equal(expected, found);
        },
        iter: 300);

    [Fact]
    public void Should_agree_with_another_library_where_no_zone_is_asked() => Gen.Select(Field(0, 59), Field(0, 23), Field(1, 28), Field(1, 12), Field(0, 6), Gen.Int[0, 10_000]).Sample(
        (minute, hour, dayOfMonth, month, dayOfWeek, day) =>
        {
            var expression = $"{minute} {hour} {dayOfMonth} {month} {dayOfWeek}";
            var from = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(day);
            var theirs = CrontabSchedule.Parse(expression).GetNextOccurrences(from, from.AddYears(10)).Take(20).ToList();

            var ours = Timings.Of(expression, created: new DateTimeOffset(from)).After(new DateTimeOffset(from)).Take(20).Select(i => i.UtcDateTime).Where(i => i < from.AddYears(10));

            Assert.Equal(theirs, ours);
        },
        iter: 300);

    [Theory]
    [InlineData("@every_second", "2026-01-01T00:00:01")]
    [InlineData("@every_minute", "2026-01-01T00:01:00")]
    [InlineData("@hourly", "2026-01-01T01:00:00")]
    [InlineData("@daily", "2026-01-02T00:00:00")]
    [InlineData("@midnight", "2026-01-02T00:00:00")]
    [InlineData("@weekly", "2026-01-04T00:00:00")]
    [InlineData("@monthly", "2026-02-01T00:00:00")]
    [InlineData("@yearly", "2027-01-01T00:00:00")]
    [InlineData("@annually", "2027-01-01T00:00:00")]
    [InlineData("0 0 29 2 MON", "2044-02-29T00:00:00")]
    [InlineData("0 22-1 * * *", "2026-01-01T01:00:00")]
    public void Should_know_macros_and_what_comes_seldom(string expression, string next) =>
        Assert.Equal(Timings.Utc(next), Timings.Of(expression).NextAfter(Timings.Created));

    [Fact]
    public void Should_never_give_an_instant_twice_even_if_clocks_change_twice_in_a_day()
    {
        var (day, midnight) = (new DateTime(2026, 3, 1), new DateTime(1, 1, 1));
        var odd = TimeZoneInfo.CreateCustomTimeZone("Odd", TimeSpan.Zero, "Odd", "Odd", "Odd", [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                day.AddYears(-1).Date,
                day.AddYears(1).Date,
                TimeSpan.FromHours(3),
                TimeZoneInfo.TransitionTime.CreateFixedDateRule(midnight.AddHours(2), 3, 1),
                TimeZoneInfo.TransitionTime.CreateFixedDateRule(midnight.AddHours(12), 3, 1)),
        ]);

        foreach (var expression in AroundChanges)
        {
            var recurrence = Recurrence.Parse(expression);
            for (var instant = day.AddDays(-2); instant < day.AddDays(3); instant = instant.AddMinutes(7))
            {
                var asked = DateTime.SpecifyKind(instant, DateTimeKind.Utc);
                Assert.True(recurrence.NextAfter(asked, odd, default) > asked);
            }
        }
    }

    private static Gen<T> OneOf<T>(T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<string> Field(int first, int last) => Gen.OneOf(
        Gen.Const("*"),
        Gen.Const("*"),
        Gen.Int[first, last].Select(n => $"{n}"),
        Gen.Int[first, last].Array[2, 4].Select(n => string.Join(',', n)),
        Gen.Select(Gen.Int[first, last], Gen.Int[first, last]).Select(r => $"{Math.Min(r.Item1, r.Item2)}-{Math.Max(r.Item1, r.Item2)}"),
        Gen.Int[1, Math.Max(2, last / 2)].Select(n => $"*/{n}"));
}
