using Bus.Scheduler;
using Bus.Scheduler.Timing;
using CsCheck;
using Xunit;

namespace Bus.UnitTests.Scheduler;

public sealed class When_a_timing_is_asked
{
    private static readonly string[] Recurrences =
        ["* * * * * *", "*/7 * * * *", "30 2 * * *", "0 0 L * *", "0 9 15W * *", "0 0 29 2 *", "0 9 * * MON#1", "*/20 1-3 * * *", "every 100ms", "every 7h", "every 3d"];

    private static readonly ScheduleCalendar?[] Calendars = [null, ScheduleCalendar.WithoutWeekends, new() { ExcludedYearly = [new MonthDay(3, 29), new MonthDay(10, 25)] }];

    private static readonly TimeZoneInfo[] Zones = [.. TimeZoneInfo.GetSystemTimeZones()];

    private static readonly Gen<ScheduleTiming> Timed =
        from recurrence in Gen.Int[0, Recurrences.Length - 1]
        from zone in Gen.Int[0, Zones.Length - 1]
        from calendar in Gen.Int[0, Calendars.Length - 1]
        from start in Gen.Int[-10_000, 10_000]
        from hasStart in Gen.Bool
        select Timings.Of(
            Recurrences[recurrence], Zones[zone].Id, hasStart ? Timings.Created.AddHours(start) : null, calendar: Calendars[calendar], created: Timings.Created);

    private static readonly Gen<DateTimeOffset> Asked =
        from second in Gen.Int[-400_000_000, 400_000_000]
        from ticks in Gen.OneOf(Gen.Const(0), Gen.Int[1, 9_999_999])
        select Timings.Created.AddSeconds(second).AddTicks(ticks);

    [Fact]
    public void Should_answer_with_something_later_that_nothing_precedes() => Gen.Select(Timed, Asked, Gen.Double[0, 1]).Sample((timing, asked, share) =>
    {
        var next = timing.NextAfter(asked);

        Assert.NotNull(next);
        Assert.True(next > asked);
        Assert.True(next >= (timing.Start ?? DateTimeOffset.MinValue));
        Assert.Equal(TimeSpan.Zero, next.Value.Offset);
        Assert.Equal(0, next.Value.UtcTicks % TimeSpan.TicksPerMillisecond);
        // Whenever it is asked before, the answer is the same.
        Assert.Equal(next, timing.NextAfter(asked + ((next.Value - asked) * share * 0.999)));
        Assert.Equal(next, timing.NextAfter(next.Value.AddTicks(-1)));
    });

    [Fact]
    public void Should_list_what_it_answers_one_by_one() => Gen.Select(Timed, Asked).Sample((timing, asked) =>
    {
        var listed = timing.After(asked).Take(4).ToList();

        Assert.Equal(timing.NextAfter(asked), listed[0]);
        Assert.All(listed.Zip(listed.Skip(1)), pair => Assert.Equal(pair.Second, timing.NextAfter(pair.First)));
        Assert.Equal(listed.Take(3), timing.Between(asked, listed[2], 100));
        Assert.Equal(listed.Take(2), timing.Between(asked, listed[2].AddTicks(-1), 100));
        Assert.Equal(listed.Take(1), timing.Between(asked, listed[2], 1));
        Assert.Empty(timing.Between(asked, listed[2], 0));
        Assert.Empty(timing.Between(listed[2], asked, 100));
    });

    [Fact]
    public void Should_not_fire_before_its_start_or_at_its_end()
    {
        var timing = Timings.Of("0 * * * *", start: Timings.Utc("2026-03-01T10:00:00"), end: Timings.Utc("2026-03-01T13:00:00"));

        Assert.Equal(
            [Timings.Utc("2026-03-01T10:00:00"), Timings.Utc("2026-03-01T11:00:00"), Timings.Utc("2026-03-01T12:00:00")],
            timing.After(DateTimeOffset.MinValue));
        Assert.Null(timing.NextAfter(Timings.Utc("2026-03-01T12:00:00")));
        Assert.Null(timing.NextAfter(DateTimeOffset.MaxValue));
    }

    [Fact]
    public void Should_read_instants_of_any_offset() =>
        Assert.Equal(Timings.Utc("2026-03-01T11:00:00"), Timings.Of("0 * * * *").NextAfter(new DateTimeOffset(2026, 3, 1, 12, 30, 0, TimeSpan.FromHours(2))));

    [Theory]
    [InlineData("* * * * * *")]
    [InlineData("0 0 * * *")]
    [InlineData("0 0 L * *")]
    [InlineData("every 100ms")]
    [InlineData("every 3d")]
    [InlineData("every 3000000d")]
    public void Should_come_to_an_end_at_both_ends_of_time(string recurrence)
    {
        foreach (var zone in new[] { "UTC", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago" })
        {
            foreach (var calendar in Calendars)
            {
                var timing = Timings.Of(recurrence, zone, calendar: calendar, created: DateTimeOffset.MinValue);
                for (var minutes = 0; minutes < 6 * 24 * 60; minutes += 59)
                {
                    Assert.True(timing.NextAfter(DateTimeOffset.MinValue.AddMinutes(minutes)) > DateTimeOffset.MinValue.AddMinutes(minutes));
                    Assert.False(timing.NextAfter(DateTimeOffset.MaxValue.AddMinutes(-minutes)) <= DateTimeOffset.MaxValue.AddMinutes(-minutes));
                }

                Assert.Null(timing.NextAfter(DateTimeOffset.MaxValue));
                Assert.Null(timing.NextAfter(new DateTimeOffset(9999, 12, 29, 0, 0, 0, TimeSpan.Zero)));
            }
        }
    }

    [Fact]
    public void Should_put_off_a_schedule_by_the_same_time_in_every_process()
    {
        var timing = Timings.Of("@hourly", jitter: TimeSpan.FromMinutes(10));

        Assert.Equal(TimeSpan.FromMilliseconds(242_026), timing.JitterOf("nightly-report"));
        Assert.Equal(TimeSpan.FromMilliseconds(533_649), timing.JitterOf(""));
        Assert.Equal(TimeSpan.FromMilliseconds(409_828), timing.JitterOf("Größe"));
        Assert.Equal(TimeSpan.Zero, Timings.Of("@hourly").JitterOf("nightly-report"));
    }

    [Fact]
    public void Should_put_off_schedules_evenly_within_the_jitter()
    {
        var timing = Timings.Of("@hourly", jitter: TimeSpan.FromMinutes(10));

        var offsets = Enumerable.Range(0, 10_000).Select(n => timing.JitterOf($"schedule-{n}")).ToList();

        Assert.All(offsets, offset => Assert.InRange(offset, TimeSpan.Zero, TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1)));
        Assert.All(offsets.GroupBy(offset => (int)offset.TotalMinutes), minute => Assert.InRange(minute.Count(), 850, 1150));
    }

    [Fact]
    public void Should_plan_the_same_with_and_without_jitter() =>
        Assert.Equal(
            Timings.Of("30 2 * * *").Between(Timings.Created, Timings.Created.AddDays(9), 100),
            Timings.Of("30 2 * * *", jitter: TimeSpan.FromHours(1)).Between(Timings.Created, Timings.Created.AddDays(9), 100));

    [Fact]
    public void Should_be_equal_if_all_that_was_said_is() =>
        Assert.Equal(Timings.Of("every 60s", "Europe/Berlin", calendar: new ScheduleCalendar()), Timings.Of("every 1m", "Europe/Berlin", calendar: new ScheduleCalendar()));
}
