using Bus.Core.Recoverability;
using CsCheck;
using Xunit;

namespace Bus.UnitTests.Core.Recoverability;

public sealed class When_the_attempts_are_used_up
{
    private static readonly TimeSpan[] Delays = [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)];

    [Theory]
    [InlineData(typeof(TimeoutException), true)]
    [InlineData(typeof(InvalidOperationException), true)]
    [InlineData(typeof(ArgumentException), false)]
    [InlineData(typeof(NotSupportedException), false)]
    public void Should_put_off_what_may_pass(Type error, bool puttingOff) =>
        Assert.Equal(puttingOff, Decide((Exception)Activator.CreateInstance(error)!, 0) is RedeliveryDecision.PutOff);

    [Fact]
    public void Should_put_off_an_outage_that_lasts_too_long() =>
        Assert.IsType<RedeliveryDecision.PutOff>(new RedeliveryPolicy(ErrorClassifier.Default.With<IOException>(ErrorClass.Outage), Delays, 0).Decide(new RedeliveryFacts(new IOException(), 0), new Random(1)));

    [Fact]
    public void Should_take_one_delay_after_the_other_and_then_give_up()
    {
        Assert.Equal(Delays, Enumerable.Range(0, 3).Select(redeliveries => Assert.IsType<RedeliveryDecision.PutOff>(Decide(new TimeoutException(), redeliveries)).Delay));
        Assert.IsType<RedeliveryDecision.GiveUp>(Decide(new TimeoutException(), 3));
        Assert.IsType<RedeliveryDecision.GiveUp>(Decide(new TimeoutException(), int.MaxValue));
        Assert.IsType<RedeliveryDecision.GiveUp>(new RedeliveryPolicy(ErrorClassifier.Default, [], 1).Decide(new RedeliveryFacts(new TimeoutException(), 0), new Random(1)));
    }

    [Fact]
    public void Should_wait_at_least_as_long_as_was_written_and_at_most_by_the_jitter_longer() =>
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[0, 100], Gen.Int).Sample((milliseconds, percent, seed) =>
        {
            var delay = TimeSpan.FromMilliseconds(milliseconds);
            var policy = new RedeliveryPolicy(ErrorClassifier.Default, [delay], percent / 100.0);
            var putOff = Assert.IsType<RedeliveryDecision.PutOff>(policy.Decide(new RedeliveryFacts(new TimeoutException(), 0), new Random(seed)));
            Assert.InRange(putOff.Delay, delay, delay * (1 + (percent / 100.0)) + TimeSpan.FromTicks(1));
        });

    [Fact]
    public void Should_not_bring_two_back_together()
    {
        var policy = new RedeliveryPolicy(ErrorClassifier.Default, Delays, 0.2);
        var random = new Random(1);
        var delays = Enumerable.Range(0, 100).Select(_ => ((RedeliveryDecision.PutOff)policy.Decide(new RedeliveryFacts(new TimeoutException(), 0), random)).Delay).ToList();
        Assert.Equal(100, delays.Distinct().Count());
        Assert.True(delays.Max() - delays.Min() > TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(5, 10)]
    [InlineData(3600, 3600)]
    [InlineData(100 * 24 * 3600, 30 * 24 * 3600)]
    public void Should_wait_as_long_as_the_error_asks_for(int asked, int expected) =>
        Assert.Equal(TimeSpan.FromSeconds(expected), Assert.IsType<RedeliveryDecision.PutOff>(Decide(new RetryAfterException("busy", TimeSpan.FromSeconds(asked)), 0)).Delay);

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, false)]
    [InlineData(11, true)]
    public void Should_not_put_off_beyond_the_deadline(int left, bool puttingOff) =>
        Assert.Equal(puttingOff, new RedeliveryPolicy(ErrorClassifier.Default, Delays, 0).Decide(new RedeliveryFacts(new TimeoutException(), 0, TimeSpan.FromSeconds(left)), new Random(1)) is RedeliveryDecision.PutOff);

    private static RedeliveryDecision Decide(Exception exception, int redeliveries) =>
        new RedeliveryPolicy(ErrorClassifier.Default, Delays, 0).Decide(new RedeliveryFacts(exception, redeliveries), new Random(1));
}
