using System.Globalization;
using Bus.Services.Notifications;
using Bus.Services.Notifications.Accepting;
using Xunit;

namespace Bus.UnitTests.Services.Notifications;

public sealed class When_it_is_quiet_where_somebody_is
{
    [Theory]
    [InlineData("22:00", "07:00", null, "2026-06-01T21:59:00Z", null)]
    [InlineData("22:00", "07:00", null, "2026-06-01T22:00:00Z", "2026-06-02T07:00:00Z")]
    [InlineData("22:00", "07:00", null, "2026-06-02T06:59:59Z", "2026-06-02T07:00:00Z")]
    [InlineData("22:00", "07:00", null, "2026-06-02T07:00:00Z", null)]
    [InlineData("12:00", "14:00", null, "2026-06-01T13:00:00Z", "2026-06-01T14:00:00Z")]
    [InlineData("12:00", "12:00", null, "2026-06-01T12:00:00Z", null)]
    [InlineData("22:00", "07:00", "Europe/Oslo", "2026-06-01T20:30:00Z", "2026-06-02T05:00:00Z")]
    [InlineData("22:00", "07:00", "America/New_York", "2026-06-01T20:30:00Z", null)]
    [InlineData("22:00", "07:00", "Nowhere/Land", "2026-06-01T23:00:00Z", "2026-06-02T07:00:00Z")]
    // 02:30 is left out on that night, and comes twice on the other.
    [InlineData("22:00", "02:30", "Europe/Oslo", "2026-03-28T23:00:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("22:00", "02:30", "Europe/Oslo", "2026-10-24T22:00:00Z", "2026-10-25T01:30:00Z")]
    public void Should_wait_for_the_end_by_the_clock_there(string from, string to, string? zone, string now, string? end) =>
        Assert.Equal(end is null ? null : At(end), QuietHours.EndOf(new SmsOptions { QuietFrom = TimeOnly.Parse(from, CultureInfo.InvariantCulture), QuietTo = TimeOnly.Parse(to, CultureInfo.InvariantCulture) }, zone, At(now)));

    [Fact]
    public void Should_never_wait_without_quiet_hours() => Assert.Null(QuietHours.EndOf(new SmsOptions(), null, At("2026-06-01T23:00:00Z")));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
