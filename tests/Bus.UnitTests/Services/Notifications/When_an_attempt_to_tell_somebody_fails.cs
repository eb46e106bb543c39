using System.Net;
using Bus.Core.Recoverability;
using Bus.Services.Notifications;
using Bus.Services.Notifications.Delivering;
using Xunit;

namespace Bus.UnitTests.Services.Notifications;

public sealed class When_an_attempt_to_tell_somebody_fails
{
    private static readonly SmsOptions Channel = new() { Attempts = 3 };

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Should_be_the_last_when_the_attempts_are_spent(int attempt, bool isLast) => Assert.Equal(isLast, ChannelPolicy.IsLast(new TimeoutException(), attempt, Channel));

    [Fact]
    public void Should_never_be_the_last_when_it_is_asked_to_come_later()
    {
        var later = new RetryAfterException("It is quiet.", TimeSpan.FromHours(8));
        Assert.False(ChannelPolicy.IsLast(later, 3, Channel));
        Assert.False(ChannelPolicy.IsLast(new InvalidOperationException("Around it.", later), 4, Channel));
        Assert.True(ChannelPolicy.IsLast(new RetryAfterException("It does not say when.", null), 3, Channel));
    }

    [Theory]
    [InlineData(HttpStatusCode.Conflict, false)]
    [InlineData(HttpStatusCode.InternalServerError, false)]
    [InlineData(HttpStatusCode.BadRequest, true)]
    public void Should_be_the_last_when_the_provider_refuses_and_not_when_it_has_the_message_in_work(HttpStatusCode status, bool isLast) =>
        Assert.Equal(isLast, ChannelPolicy.IsLast(new HttpRequestException("Refused.", null, status), 1, Channel));
}
