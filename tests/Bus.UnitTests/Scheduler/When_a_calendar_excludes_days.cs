using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bus.Scheduler;
using Xunit;

namespace Bus.UnitTests.Scheduler;

public sealed class When_a_calendar_excludes_days
{
    private static readonly ScheduleCalendar Everything = new()
    {
        ExcludedWeekdays = [DayOfWeek.Sunday, DayOfWeek.Saturday],
        ExcludedDates = [new DateOnly(2026, 5, 4)],
        ExcludedYearly = [new MonthDay(12, 25), new MonthDay(2, 29)],
        ExcludedSpans = [new DateSpan(new DateOnly(2026, 8, 3), new DateOnly(2026, 8, 21))],
    };

    [Theory]
    [InlineData("2026-05-01T12:00:00", "2026-05-05T09:00:00")]
    [InlineData("2026-07-31T12:00:00", "2026-08-24T09:00:00")]
    [InlineData("2026-12-24T12:00:00", "2026-12-28T09:00:00")]
    [InlineData("2028-02-28T12:00:00", "2028-03-01T09:00:00")]
    public void Should_leave_out_what_falls_on_them(string from, string next) =>
        Assert.Equal(Timings.Utc(next), Timings.Of("0 9 * * *", calendar: Everything).NextAfter(Timings.Utc(from)));

    [Fact]
    public void Should_not_move_what_is_left_out() =>
        Assert.Equal(
            Timings.Utc("2027-01-25T09:00:00"),
            Timings.Of("0 9 25 * *", calendar: new ScheduleCalendar { ExcludedYearly = [new MonthDay(12, 25)] }).NextAfter(Timings.Utc("2026-12-01T00:00:00")));

    [Fact]
    public void Should_count_days_by_the_clocks_of_the_zone()
    {
        // Friday evening in New York is Saturday in UTC.
        var timing = Timings.Of("0 22 * * *", "America/New_York", calendar: ScheduleCalendar.WithoutWeekends);

        Assert.Equal(
            ["2026-06-05T22:00-04:00", "2026-06-08T22:00-04:00"],
            Timings.OnTheClocksOf("America/New_York", timing.After(Timings.Utc("2026-06-05T12:00:00")).Take(2)));
    }

    [Fact]
    public void Should_leave_out_an_interval_and_keep_its_beat() =>
        Assert.Equal(
            [Timings.Utc("2026-06-05T21:00:00"), Timings.Utc("2026-06-08T03:00:00"), Timings.Utc("2026-06-08T12:00:00")],
            Timings.Of("every 9h", start: Timings.Utc("2026-06-05T12:00:00"), calendar: ScheduleCalendar.WithoutWeekends).After(Timings.Utc("2026-06-05T12:00:00")).Take(3));

    [Fact]
    public void Should_start_again_with_the_first_instant_of_the_next_day()
    {
        // Midnight of that day is skipped by the clocks: the day begins at one.
        var timing = Timings.Of("* * * * * *", "America/Sao_Paulo", calendar: new ScheduleCalendar { ExcludedDates = [new DateOnly(2018, 11, 3)] }, created: Timings.Utc("2018-01-01T00:00:00"));

        Assert.Equal(Timings.Utc("2018-11-04T03:00:00"), timing.NextAfter(Timings.Utc("2018-11-03T12:00:00")));
    }

    [Fact]
    public void Should_pass_over_a_long_span_at_once()
    {
        var calendar = new ScheduleCalendar { ExcludedSpans = [new DateSpan(new DateOnly(2026, 1, 2), new DateOnly(2060, 12, 31))] };
        var timing = Timings.Of("* * * * * *", "Europe/Berlin", calendar: calendar);
        var watch = Stopwatch.StartNew();

        Assert.Equal(Timings.Utc("2060-12-31T23:00:00"), timing.NextAfter(Timings.Utc("2026-01-02T12:00:00")));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Should_give_up_after_fifty_years()
    {
        var calendar = new ScheduleCalendar { ExcludedSpans = [new DateSpan(new DateOnly(2026, 1, 2), DateOnly.MaxValue)] };

        Assert.Null(Timings.Of("0 9 * * *", calendar: calendar).NextAfter(Timings.Utc("2026-01-02T12:00:00")));
        Assert.Null(Timings.Of("0 9 * * *", calendar: calendar).NextAfter(Timings.Utc("9990-01-02T12:00:00")));
    }

    [Fact]
    public void Should_agree_with_leaving_them_out_of_the_list_one_by_one()
    {
        var (from, until) = (Timings.Utc("2026-01-01T00:00:00"), Timings.Utc("2029-01-01T00:00:00"));
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        foreach (var text in new[] { "0 */5 * * *", "30 2 * * *", "0 12 L * *", "every 7h", "0 0 * * FRI-SUN" })
        {
            var all = Timings.Of(text, "Europe/Berlin").After(from).TakeWhile(i => i < until);
            var expected = all.Where(i => !Everything.Excludes(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(i, zone).DateTime)));

            Assert.Equal(expected, Timings.Of(text, "Europe/Berlin", calendar: Everything).After(from).TakeWhile(i => i < until));
        }
    }

    [Fact]
    public void Should_be_stored_as_json_that_a_person_can_read()
    {
        const string Json =
            """{"ExcludedWeekdays":["Sunday","Saturday"],"ExcludedDates":["2026-05-04"],"ExcludedYearly":["12-25","02-29"],"ExcludedSpans":[{"First":"2026-08-03","Last":"2026-08-21"}]}""";

        Assert.Equal(Json, JsonSerializer.Serialize(Everything));
        Assert.Equal(Everything, JsonSerializer.Deserialize<ScheduleCalendar>(Json));
        Assert.Equal(Everything.GetHashCode(), JsonSerializer.Deserialize<ScheduleCalendar>(Json)!.GetHashCode());
        Assert.Equal(new ScheduleCalendar(), JsonSerializer.Deserialize<ScheduleCalendar>("{}"));
        var web = new JsonSerializerOptions(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };
        Assert.Equal(Everything, JsonSerializer.Deserialize<ScheduleCalendar>(JsonSerializer.Serialize(Everything, web), web));
    }

    [Theory]
    [InlineData("""{"ExcludedYearly":["02-30"]}""", "\"02-30\" is not a day of the year: write month and day with two digits each, such as \"12-25\".")]
    [InlineData("""{"ExcludedYearly":["1-1"]}""", "\"1-1\" is not a day of the year: write month and day with two digits each, such as \"12-25\".")]
    [InlineData("""{"ExcludedWeekdays":["Sonntag"]}""", "\"Sonntag\" is not a day of the week: write its English name, such as \"Sunday\".")]
    [InlineData("""{"ExcludedWeekdays":["3"]}""", "\"3\" is not a day of the week: write its English name, such as \"Sunday\".")]
    public void Should_say_what_is_wrong_with_the_json(string json, string problem) =>
        Assert.Equal(problem, Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ScheduleCalendar>(json)).Message);

    [Theory]
    [InlineData("""{"ExcludedWeekdays":null}""")]
    [InlineData("""{"ExcludedDates":null,"ExcludedYearly":null,"ExcludedSpans":null}""")]
    public void Should_take_null_for_none(string json) =>
        Assert.Equal(new ScheduleCalendar(), JsonSerializer.Deserialize<ScheduleCalendar>(json));

    [Fact]
    public void Should_be_equal_by_what_is_listed()
    {
        Assert.Equal(Everything, Everything with { ExcludedDates = [.. Everything.ExcludedDates] });
        Assert.NotEqual(Everything, Everything with { ExcludedDates = [] });
        Assert.NotEqual(Everything, Everything with { ExcludedWeekdays = [DayOfWeek.Sunday] });
        Assert.NotEqual(Everything, Everything with { ExcludedYearly = [] });
        Assert.NotEqual(Everything, Everything with { ExcludedSpans = [] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new MonthDay(4, 31));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MonthDay(13, 1));
    }
}
