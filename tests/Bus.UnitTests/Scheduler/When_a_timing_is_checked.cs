using System.Diagnostics;
using Bus.Scheduler;
using Bus.Scheduler.Timing;
using Xunit;

namespace Bus.UnitTests.Scheduler;

public sealed class When_a_timing_is_checked
{
    [Fact]
    public void Should_list_all_problems_at_once() =>
        Assert.Equal(
            [
                "`Recurrence` \"0 25 * * *\": the hour field \"25\" is not allowed: it takes 0-23, a list \"1,2\", a range \"1-5\", a step \"*/5\", or \"*\".",
                "`Zone` \"Europe/Berln\" is unknown on this machine: did you mean \"Europe/Berlin\"?",
                "`End` 2026-02-01T00:00:00Z is not after `Start` 2026-02-01T00:00:00Z: nothing would ever fire. Set a later `End`, or none.",
                "`Jitter` must not be negative, but was -00:00:01.",
                "`Calendar` excludes the days from 2026-03-02 to 2026-03-01, which end before they begin: swap them.",
            ],
            Timings.ProblemsOf(new TimingText
            {
                Recurrence = "0 25 * * *",
                Zone = "Europe/Berln",
                Start = Timings.Utc("2026-02-01T00:00:00"),
                End = Timings.Utc("2026-02-01T00:00:00"),
                Jitter = TimeSpan.FromSeconds(-1),
                Calendar = new ScheduleCalendar { ExcludedSpans = [new DateSpan(new DateOnly(2026, 3, 2), new DateOnly(2026, 3, 1))] },
            }));

    [Theory]
    [InlineData("Berlin", "did you mean \"Europe/Berlin\"?")]
    [InlineData("America/New York", "did you mean \"America/New_York\"?")]
    [InlineData("Europe/Lodnon", "did you mean \"Europe/London\"?")]
    [InlineData("Mars/Olympus_Mons", "write an IANA name such as \"Europe/Berlin\", or \"UTC\".")]
    [InlineData("Europe/Berlin\0", "did you mean \"Europe/Berlin\"?")]
    [InlineData("../../etc/passwd", "write an IANA name such as \"Europe/Berlin\", or \"UTC\".")]
    public void Should_suggest_zones_that_are_near(string zone, string remedy) =>
        Assert.Equal([$"`Zone` \"{zone}\" is unknown on this machine: {remedy}"], Timings.ProblemsOf(new TimingText { Recurrence = "@daily", Zone = zone }));

    [Fact]
    public void Should_not_look_for_a_zone_of_endless_name() =>
        Assert.Equal(
            ["`Zone` has 101 characters, but no zone's name has more than 100: write an IANA name such as \"Europe/Berlin\", or \"UTC\"."],
            Timings.ProblemsOf(new TimingText { Recurrence = "@daily", Zone = new string('z', 101) }));

    [Fact]
    public void Should_know_a_zone_in_any_case() => Assert.Equal("Europe/Berlin", Timings.Of("@daily", "europe/BERLIN").Zone.Id);

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void Should_want_a_zone(string? zone) =>
        Assert.Equal(["`Zone` is empty: write an IANA name such as \"Europe/Berlin\", or \"UTC\"."], Timings.ProblemsOf(new TimingText { Recurrence = "@daily", Zone = zone }));

    [Theory]
    [InlineData("30 2 31 2 *")]
    [InlineData("0 0 30 2 MON")]
    [InlineData("0 0 31 4,6,9,11 *")]
    [InlineData("0 0 1-7 * 1#3")]
    public void Should_refuse_what_never_fires_and_find_out_quickly(string recurrence)
    {
        var watch = Stopwatch.StartNew();

        Assert.Equal(
            [$"`Recurrence` \"{recurrence}\" never fires after 2026-01-01T00:00:00Z: nothing up to the year 9999 matches. Check its days and months, or the length of its interval."],
            Timings.ProblemsOf(new TimingText { Recurrence = recurrence, Zone = "Europe/Berlin" }));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("0 0 1 1 *", "9999-06-01T00:00:00")]
    [InlineData("@daily", "9999-12-30T00:00:00")]
    [InlineData("every 3000000d", "9999-06-01T00:00:00")]
    public void Should_refuse_what_comes_after_the_year_9999(string recurrence, string created) =>
        Assert.Equal(
            [$"`Recurrence` \"{Recurrence.Parse(recurrence)}\" never fires after {created}Z: nothing up to the year 9999 matches. Check its days and months, or the length of its interval."],
            Timings.ProblemsOf(new TimingText { Recurrence = recurrence }, Timings.Utc(created)));

    [Fact]
    public void Should_refuse_an_end_before_the_first_occurrence() =>
        Assert.Equal(
            ["`Recurrence` \"0 6 1 * *\" would first fire at 2026-02-01T06:00:00Z, but `End` is 2026-02-01T06:00:00Z: set a later `End`, or none."],
            Timings.ProblemsOf(new TimingText { Recurrence = "0 6 1 * *", End = Timings.Utc("2026-02-01T06:00:00") }, Timings.Created.AddDays(3)));

    [Fact]
    public void Should_refuse_a_calendar_that_leaves_nothing_and_find_out_quickly()
    {
        var christmas = new ScheduleCalendar { ExcludedYearly = [new MonthDay(12, 25)] };
        var always = new ScheduleCalendar { ExcludedWeekdays = Enum.GetValues<DayOfWeek>() };
        var watch = Stopwatch.StartNew();

        Assert.Equal(
            ["`Calendar` excludes every day on which \"0 6 25 12 *\" would fire in 50 years: exclude fewer days."],
            Timings.ProblemsOf(new TimingText { Recurrence = "0 6 25 12 *", Calendar = christmas }));
        Assert.Equal(
            ["`Calendar` excludes every day on which \"* * * * * *\" would fire before `End` 2026-01-03T00:00:00Z: exclude fewer days."],
            Timings.ProblemsOf(new TimingText { Recurrence = "* * * * * *", Calendar = always, End = Timings.Utc("2026-01-03T00:00:00") }));
        Assert.Equal(
            ["`Calendar` excludes every day on which \"every 00:00:00.1000000\" would fire in 50 years: exclude fewer days."],
            Timings.ProblemsOf(new TimingText { Recurrence = "every 100ms", Calendar = always }));
        Assert.Equal(
            ["`Calendar` excludes every day on which \"0 0 * * SAT,SUN\" would fire in 50 years: exclude fewer days."],
            Timings.ProblemsOf(new TimingText { Recurrence = "0 0 * * SAT,SUN", Zone = "Europe/Berlin", Calendar = ScheduleCalendar.WithoutWeekends }));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Should_refuse_days_that_could_not_be_read_back() =>
        Assert.Equal(
            [
                "`Calendar` excludes the weekday 9, which there is not: use the names of `DayOfWeek`.",
                "`Calendar` excludes a yearly day without month and day: make it with `new MonthDay(12, 25)`.",
            ],
            Timings.ProblemsOf(new TimingText { Recurrence = "@daily", Calendar = new ScheduleCalendar { ExcludedWeekdays = [(DayOfWeek)9], ExcludedYearly = [default] } }));

    [Fact]
    public void Should_refuse_a_jitter_that_reaches_the_next_occurrence()
    {
        Assert.Equal(
            ["`Jitter` must not be longer than the time between two occurrences, but was 00:06:00 where \"0,5 * * * *\" fires after 00:05:00."],
            Timings.ProblemsOf(new TimingText { Recurrence = "0,5 * * * *", Jitter = TimeSpan.FromMinutes(6) }));
        Assert.Equal(TimeSpan.FromMinutes(5), Timings.Of("0,5 * * * *", jitter: TimeSpan.FromMinutes(5)).Jitter);
    }

    [Fact]
    public void Should_take_any_jitter_for_what_fires_once() =>
        Assert.Single(Timings.Of("0 0 1 1 *", end: Timings.Utc("2027-06-01T00:00:00"), jitter: TimeSpan.FromDays(900)).After(Timings.Created));

    [Fact]
    public void Should_add_to_the_problems_that_there_are_already()
    {
        var problems = new List<string> { "The name is taken." };

        Assert.True(ScheduleTiming.TryCreate(new TimingText { Recurrence = "@daily" }, Timings.Created, problems, out _));
        Assert.Single(problems);
    }

    [Fact]
    public void Should_round_its_instants_down_to_what_the_store_keeps()
    {
        var timing = Timings.Of("@daily", start: Timings.Utc("2026-02-01T00:00:00.0019999"), end: Timings.Utc("2026-03-01T00:00:00.0010001"));

        Assert.Equal(Timings.Utc("2026-02-01T00:00:00.001"), timing.Start);
        Assert.Equal(timing.Start, timing.Anchor);
        Assert.Equal(Timings.Utc("2026-03-01T00:00:00.001"), timing.End);
    }
}
