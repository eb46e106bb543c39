using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.UnitTests.Persistence.Outbox;

public sealed class When_a_message_is_sent_again
{
    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(1, 0.2)]
    [InlineData(4, 1.6)]
    [InlineData(5, 2)]
    [InlineData(44, 2)]
    [InlineData(int.MaxValue, 2)]
    public void Should_wait_twice_as_long_after_each_failure_up_to_a_limit(int failures, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), OutboxRelay<DbContext>.PauseAfter(failures));
}
