using Bus.Scheduler;
using CsCheck;
using Xunit;

namespace Bus.UnitTests.Scheduler;

public sealed class When_a_recurrence_is_written
{
    private const string Values = "a list \"1,2\", a range \"1-5\", a step \"*/5\", or \"*\"";

    [Theory]
    [InlineData("0 6 * * MON-FRI", "0 6 * * MON-FRI")]
    [InlineData("  0\t6  * * 1 ", "0 6 * * 1")]
    [InlineData("*/10 * * * * *", "*/10 * * * * *")]
    [InlineData("0 0 L-3W * ?", "0 0 L-3W * ?")]
    [InlineData("0 0 ? * mon#2", "0 0 ? * mon#2")]
    [InlineData("@daily", "@daily")]
    [InlineData(" @EVERY_MINUTE ", "@EVERY_MINUTE")]
    [InlineData("every 00:05:00", "every 00:05:00")]
    [InlineData("Every  1.12:00:00", "every 1.12:00:00")]
    [InlineData("every 00:00:00.250", "every 00:00:00.2500000")]
    [InlineData("every 90s", "every 00:01:30")]
    [InlineData("every 250ms", "every 00:00:00.2500000")]
    [InlineData("every 5m", "every 00:05:00")]
    [InlineData("every 36h", "every 1.12:00:00")]
    [InlineData("every 7d", "every 7.00:00:00")]
    public void Should_be_read_back_as_the_same(string text, string written)
    {
        var recurrence = Recurrence.Parse(text);

        Assert.Equal(written, recurrence.ToString());
        Assert.Equal(recurrence, Recurrence.Parse(written));
        Assert.Equal(recurrence.GetHashCode(), Recurrence.Parse(written).GetHashCode());
        Assert.True(Recurrence.TryParse(text, out var tried) && tried == recurrence);
    }

    [Fact]
    public void Should_be_read_back_whatever_the_interval() => Gen.Long[100, TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMillisecond].Sample(milliseconds =>
    {
        var recurrence = Recurrence.Every(new TimeSpan(milliseconds * TimeSpan.TicksPerMillisecond));

        Assert.Equal(recurrence, Recurrence.Parse(recurrence.ToString()));
    });

    [Fact]
    public void Should_be_equal_by_its_text()
    {
        Assert.True(Recurrence.Parse("every 5m") == Recurrence.Every(TimeSpan.FromSeconds(300)));
        Assert.True(Cron.Daily(6) != Cron.Daily(7));
        Assert.True(Cron.Parse("@daily") != Cron.Daily(0));
        Assert.False(Cron.Daily(6).Equals(null));
    }

    [Fact]
    public void Should_have_words_for_what_is_usual()
    {
        Assert.Equal("* * * * * *", Cron.EverySecond().ToString());
        Assert.Equal("* * * * *", Cron.EveryMinute().ToString());
        Assert.Equal("0 * * * *", Cron.Hourly().ToString());
        Assert.Equal("15 * * * *", Cron.Hourly(15).ToString());
        Assert.Equal("30 6 * * *", Cron.Daily(6, 30).ToString());
        Assert.Equal("0 6 * * 0", Cron.Weekly(DayOfWeek.Sunday, 6).ToString());
        Assert.Equal("5 6 31 * *", Cron.Monthly(31, 6, 5).ToString());
        Assert.Equal("0 23 L * *", Cron.MonthlyOnLastDay(23).ToString());
        Assert.Equal("0 0 29 2 *", Cron.Yearly(2, 29, 0).ToString());
    }

    [Fact]
    public void Should_refuse_a_time_that_no_clock_shows()
    {
        Assert.StartsWith("`minute` must be between 0 and 59, but was 60.", Assert.Throws<ArgumentOutOfRangeException>(() => Cron.Hourly(60)).Message, StringComparison.Ordinal);
        Assert.StartsWith("`hour` must be between 0 and 23, but was 24.", Assert.Throws<ArgumentOutOfRangeException>(() => Cron.Daily(24)).Message, StringComparison.Ordinal);
        Assert.StartsWith("`day` must be between 1 and 30, but was 31.", Assert.Throws<ArgumentOutOfRangeException>(() => Cron.Yearly(4, 31, 0)).Message, StringComparison.Ordinal);
        Assert.StartsWith("`month` must be between 1 and 12, but was 0.", Assert.Throws<ArgumentOutOfRangeException>(() => Cron.Yearly(0, 1, 0)).Message, StringComparison.Ordinal);
        Assert.StartsWith("`day` must be between 0 and 6, but was 7.", Assert.Throws<ArgumentOutOfRangeException>(() => Cron.Weekly((DayOfWeek)7, 1)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("61 * * * *", $"the minute field \"61\" is not allowed: it takes 0-59, {Values}.")]
    [InlineData("0 24 * * *", $"the hour field \"24\" is not allowed: it takes 0-23, {Values}.")]
    [InlineData("0 0 32 * *", $"the day of month field \"32\" is not allowed: it takes 1-31, {Values}, \"L\", \"L-3\", \"15W\" or \"LW\".")]
    [InlineData("0 0 5L * *", $"the day of month field \"5L\" is not allowed: it takes 1-31, {Values}, \"L\", \"L-3\", \"15W\" or \"LW\".")]
    [InlineData("0 0 * MARCH *", $"the month field \"MARCH\" is not allowed: it takes 1-12, JAN-DEC, {Values}.")]
    [InlineData("0 0 * * 8", $"the day of week field \"8\" is not allowed: it takes 0-7 (0 and 7 are Sunday), SUN-SAT, {Values}, \"5L\" or \"MON#2\".")]
    [InlineData("*/0 * * * * *", $"the second field \"*/0\" is not allowed: it takes 0-59, {Values}.")]
    [InlineData("1, * * * *", $"the minute field \"1,\" is not allowed: it takes 0-59, {Values}.")]
    [InlineData("H * * * *", $"the minute field \"H\" is not allowed: it takes 0-59, {Values}. To spread schedules over time, set `Jitter` in place of \"H\".")]
    [InlineData("0 0 * * *\0", $"the day of week field \"*\0\" is not allowed: it takes 0-7 (0 and 7 are Sunday), SUN-SAT, {Values}, \"5L\" or \"MON#2\".")]
    [InlineData("* * * *", "has 4 fields, but a cron expression has 5 (minute, hour, day of month, month, day of week) or 6 with seconds first. An interval is written \"every 5m\".")]
    [InlineData("5m", "has 1 field, but a cron expression has 5 (minute, hour, day of month, month, day of week) or 6 with seconds first. An interval is written \"every 5m\".")]
    [InlineData("@fortnightly", "is not a macro: there are @every_second, @every_minute, @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually.")]
    [InlineData("@daily @daily", "is not a macro: there are @every_second, @every_minute, @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually.")]
    [InlineData("every", "is not an interval: write \"every 00:05:00\", or one number with ms, s, m, h or d such as \"every 90s\".")]
    [InlineData("every 5", "is not an interval: write \"every 00:05:00\", or one number with ms, s, m, h or d such as \"every 90s\".")]
    [InlineData("every 5:00", "is not an interval: write \"every 00:05:00\", or one number with ms, s, m, h or d such as \"every 90s\".")]
    [InlineData("every24h", "is not an interval: write \"every 00:05:00\", or one number with ms, s, m, h or d such as \"every 90s\".")]
    [InlineData("every 24:00:00", "is not an interval: write \"every 00:05:00\", or one number with ms, s, m, h or d such as \"every 90s\".")]
    [InlineData("every 1.5h", "is not an interval: write \"every 00:05:00\", or one number with ms, s, m, h or d such as \"every 90s\".")]
    [InlineData("every 99999999999999d", "is not an interval: write \"every 00:05:00\", or one number with ms, s, m, h or d such as \"every 90s\".")]
    [InlineData("every 99ms", "is too short: an interval must be at least 100 ms.")]
    [InlineData("every -00:05:00", "is too short: an interval must be at least 100 ms.")]
    [InlineData("every 00:00:01.0000001", "is too fine: an interval must be whole milliseconds.")]
    public void Should_say_what_is_wrong_and_what_is_allowed(string text, string problem)
    {
        var error = Assert.Throws<FormatException>(() => Recurrence.Parse(text));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"`Recurrence` \"{text.TrimEnd()}\"", error.Message, StringComparison.Ordinal);
        Assert.False(Recurrence.TryParse(text, out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \n")]
    public void Should_say_how_to_begin_when_it_is_empty(string? text)
    {
        Assert.False(Recurrence.TryParse(text, out _));
        Assert.Equal(
            "`Recurrence` is empty: write a cron expression such as \"0 6 * * MON-FRI\", or an interval such as \"every 5m\".",
            Assert.Throws<FormatException>(() => Recurrence.Parse(text!)).Message);
    }

    [Theory]
    [InlineData("1,")]
    [InlineData("* ")]
    [InlineData("every 1s")]
    public void Should_be_short(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 1_000_000 / part.Length));
        var problem = "`Recurrence` has 1000000 characters, but may have 600: write ranges and steps in place of long lists.";

        Assert.Equal(problem, Assert.Throws<FormatException>(() => Recurrence.Parse(text)).Message);
        Assert.Equal(problem, Assert.Throws<FormatException>(() => Cron.Parse(text)).Message);
    }

    [Fact]
    public void Should_have_room_for_every_value_of_every_field()
    {
        static string All(int first, int last) => string.Join(',', Enumerable.Range(first, last - first + 1));

        Assert.Equal(
            Timings.Created.AddSeconds(1),
            Timings.Of($"{All(0, 59)} {All(0, 59)} {All(0, 23)} {All(1, 31)} {All(1, 12)} {All(0, 6)}").NextAfter(Timings.Created));
    }

    [Fact]
    public void Should_name_every_field_that_is_wrong()
    {
        var error = Assert.Throws<FormatException>(() => Cron.Parse("60 24 0 13 8"));

        Assert.All(["minute", "hour", "day of month", "month", "day of week"], field => Assert.Contains($"the {field} field", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Should_never_fail_otherwise() => Gen.String.Sample(text => Recurrence.TryParse(text, out var recurrence) == (recurrence is not null));

    [Fact]
    public void Should_never_fail_otherwise_on_what_looks_like_cron() =>
        Gen.Char["0123456789*/-,?LW#H@ MONevry:."].Array[0, 14].Select(letters => new string(letters)).Sample(
            text => Recurrence.TryParse(text, out var recurrence) ? Recurrence.Parse(recurrence.ToString()) == recurrence : recurrence is null);
}
