using Xunit;

namespace Bus.UnitTests.Scheduler;

/// <summary>The rules at <see cref="Bus.Scheduler.Recurrence"/>, worked out by hand.</summary>
public sealed class When_the_clocks_change
{
    [Theory]
    // Berlin, 29 March 2026: 02:00 becomes 03:00. What is skipped fires at 03:00, once.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00", "2026-03-29T03:00+02:00 2026-03-30T02:30+02:00")]
    [InlineData("0,20,40 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00", "2026-03-29T03:00+02:00 2026-03-30T02:00+02:00")]
    [InlineData("0 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00:00", "2026-03-29T03:00+02:00 2026-03-30T02:00+02:00")]
    [InlineData("0 * * * *", "Europe/Berlin", "2026-03-28T23:30:00", "2026-03-29T01:00+01:00 2026-03-29T03:00+02:00 2026-03-29T04:00+02:00")]
    [InlineData("30 * * * *", "Europe/Berlin", "2026-03-28T23:30:00", "2026-03-29T01:30+01:00 2026-03-29T03:00+02:00 2026-03-29T03:30+02:00")]
    [InlineData("30 2 29 3 *", "Europe/Berlin", "2026-03-28T12:00:00", "2026-03-29T03:00+02:00 2027-03-29T02:30+02:00")]
    // Berlin, 25 October 2026: 03:00 becomes 02:00. A fixed time fires the first time, a rhythm both times.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00", "2026-10-25T02:30+02:00 2026-10-26T02:30+01:00")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-25T01:15:00", "2026-10-26T02:30+01:00")]
    [InlineData("0 1,2,3 * * *", "Europe/Berlin", "2026-10-24T22:00:00", "2026-10-25T01:00+02:00 2026-10-25T02:00+02:00 2026-10-25T03:00+01:00")]
    [InlineData("30 * * * *", "Europe/Berlin", "2026-10-24T23:45:00", "2026-10-25T02:30+02:00 2026-10-25T02:30+01:00 2026-10-25T03:30+01:00")]
    [InlineData("0 2-3 * * *", "Europe/Berlin", "2026-10-24T22:00:00", "2026-10-25T02:00+02:00 2026-10-25T02:00+01:00 2026-10-25T03:00+01:00")]
    [InlineData("*/30 2 * * *", "Europe/Berlin", "2026-10-25T00:15:00", "2026-10-25T02:30+02:00 2026-10-25T02:00+01:00 2026-10-25T02:30+01:00 2026-10-26T02:00+01:00")]
    // New York.
    [InlineData("30 2 * * *", "America/New_York", "2026-03-07T12:00:00", "2026-03-08T03:00-04:00 2026-03-09T02:30-04:00")]
    [InlineData("30 1 * * *", "America/New_York", "2026-10-31T12:00:00", "2026-11-01T01:30-04:00 2026-11-02T01:30-05:00")]
    // Lord Howe moves by half an hour.
    [InlineData("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00", "2026-10-04T02:30+11:00 2026-10-05T02:15+11:00")]
    [InlineData("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00", "2026-04-05T01:45+11:00 2026-04-06T01:45+10:30")]
    [InlineData("*/15 1 * * *", "Australia/Lord_Howe", "2026-04-04T14:20:00", "2026-04-05T01:30+11:00 2026-04-05T01:45+11:00 2026-04-05T01:30+10:30 2026-04-05T01:45+10:30")]
    // São Paulo had no midnight on 4 November 2018, and two 23:30 on 16 February 2019.
    [InlineData("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00", "2018-11-04T01:00-02:00 2018-11-05T00:00-02:00")]
    [InlineData("30 23 * * *", "America/Sao_Paulo", "2019-02-16T12:00:00", "2019-02-16T23:30-02:00 2019-02-17T23:30-03:00")]
    // Samoa left out 30 December 2011.
    [InlineData("0 12 * * *", "Pacific/Apia", "2011-12-29T12:00:00", "2011-12-29T12:00-10:00 2011-12-31T00:00+14:00 2011-12-31T12:00+14:00")]
    [InlineData("0 12 30 * *", "Pacific/Apia", "2011-12-29T12:00:00", "2011-12-31T00:00+14:00 2012-01-30T12:00+14:00")]
    // Morocco puts its clocks back for Ramadan, and Ireland calls its winter time the deviation: both change as anywhere else.
    [InlineData("30 2 * * *", "Africa/Casablanca", "2026-02-14T12:00:00", "2026-02-15T02:30+01:00 2026-02-16T02:30+00:00")]
    [InlineData("30 2 * * *", "Africa/Casablanca", "2026-03-21T12:00:00", "2026-03-22T03:00+01:00 2026-03-23T02:30+01:00")]
    [InlineData("30 1 * * *", "Europe/Dublin", "2026-03-28T12:00:00", "2026-03-29T02:00+01:00 2026-03-30T01:30+01:00")]
    [InlineData("*/30 1 * * *", "Europe/Dublin", "2026-10-24T23:50:00", "2026-10-25T01:00+01:00 2026-10-25T01:30+01:00 2026-10-25T01:00+00:00 2026-10-25T01:30+00:00")]
    public void Should_fire_when_people_expect_it(string expression, string zone, string from, string expected)
    {
        var instants = expected.Split(' ');

        Assert.Equal(instants, Timings.OnTheClocksOf(zone, Timings.Of(expression, zone).After(Timings.Utc(from)).Take(instants.Length)));
    }

    [Fact]
    public void Should_not_touch_an_interval() =>
        Assert.Equal(
            ["2026-03-28T12:00+01:00", "2026-03-29T13:00+02:00", "2026-03-30T13:00+02:00"],
            Timings.OnTheClocksOf("Europe/Berlin", Timings.Of("every 1d", "Europe/Berlin", start: Timings.Utc("2026-03-28T11:00:00")).After(Timings.Created).Take(3)));
}
