using Bus.Scheduler;
using Bus.Scheduler.Timing;
using CsCheck;
using Xunit;

namespace Bus.UnitTests.Scheduler;

public sealed class When_an_interval_is_planned
{
    [Fact]
    public void Should_count_from_its_start() =>
        Assert.Equal(
            [Timings.Utc("2026-01-05T06:07:08"), Timings.Utc("2026-01-05T06:12:08"), Timings.Utc("2026-01-05T06:17:08")],
            Timings.Of("every 5m", start: Timings.Utc("2026-01-05T06:07:08")).After(Timings.Created).Take(3));

    [Fact]
    public void Should_count_from_its_creation_without_a_start() =>
        Assert.Equal(Timings.Created.AddMinutes(5), Timings.Of("every 5m").NextAfter(Timings.Created));

    [Fact]
    public void Should_keep_its_beat_whenever_it_is_asked() => Gen.Select(Gen.Long[100, 10_000_000_000], Gen.Long[0, 10_000_000_000_000]).Sample((milliseconds, ticks) =>
    {
        var interval = TimeSpan.FromMilliseconds(milliseconds);
        var timing = Timings.Of(Recurrence.Every(interval).ToString());
        var asked = Timings.Created.AddTicks(ticks);

        var next = timing.NextAfter(asked)!.Value;

        Assert.InRange(next - asked, TimeSpan.FromTicks(1), interval);
        Assert.Equal(0, (next - Timings.Created).Ticks % interval.Ticks);
    });

    [Fact]
    public void Should_ask_no_zone()
    {
        var asked = Timings.Utc("2026-10-25T00:30:00");

        Assert.Equal(Timings.Of("every 2h").Between(asked, asked.AddDays(1), 100), Timings.Of("every 2h", "Europe/Berlin").Between(asked, asked.AddDays(1), 100));
    }

    [Fact]
    public void Should_be_in_whole_milliseconds_whatever_the_start() =>
        Assert.Equal(
            Timings.Utc("2026-01-05T00:00:00.0120000"),
            Timings.Of("every 100ms", start: Timings.Utc("2026-01-05T00:00:00.0123456")).NextAfter(Timings.Created));

    [Theory]
    [InlineData(99)]
    [InlineData(0)]
    [InlineData(-60_000)]
    public void Should_not_be_too_short(int milliseconds)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Recurrence.Every(TimeSpan.FromMilliseconds(milliseconds)));

        Assert.StartsWith("is too short: an interval must be at least 100 ms.", error.Message, StringComparison.Ordinal);
    }
}
