using Bus.Core.Recoverability;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Bus.UnitTests.Core.Recoverability;

public sealed class When_retries_are_budgeted
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    [Fact]
    public void Should_never_give_more_than_the_share_and_the_rate_and_the_start() =>
        Gen.Select(Gen.Double[0, 1], Gen.Int[0, 20], Gen.Int[0, 2000].Array[1, 50]).Sample((share, perSecond, steps) =>
        {
            var clock = new FakeTimeProvider();
            var budget = new RetryBudget(share, perSecond, Window, clock);
            var (first, retries) = (0, 0);
            foreach (var step in steps)
            {
                clock.Advance(TimeSpan.FromMilliseconds(step));
                for (var i = 0; i < 20; i++)
                {
                    budget.CountFirstAttempt();
                    first++;
                    retries += budget.TryTake() ? 1 : 0;
                }
            }

            var seconds = steps.Sum() / 1000.0;
            Assert.True(retries <= (share * first) + (perSecond * (seconds + Window.TotalSeconds)) + 1e-6);
        });

    [Fact]
    public void Should_be_spent_and_come_back_with_time()
    {
        var clock = new FakeTimeProvider();
        var budget = new RetryBudget(0, 1, Window, clock);
        while (budget.TryTake())
        {
        }

        Assert.False(budget.HasLeft);
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.True(budget.TryTake());
    }

    [Fact]
    public void Should_grow_with_first_attempts()
    {
        var budget = new RetryBudget(0.2, 0, Window, new FakeTimeProvider());
        for (var i = 0; i < 50; i++)
        {
            budget.CountFirstAttempt();
        }

        var taken = 0;
        while (budget.TryTake())
        {
            taken++;
        }

        Assert.Equal(10, taken);
    }

    [Fact]
    public void Should_forget_attempts_of_long_ago()
    {
        var clock = new FakeTimeProvider();
        var budget = new RetryBudget(1, 0, Window, clock);
        for (var i = 0; i < 1000; i++)
        {
            budget.CountFirstAttempt();
        }

        Assert.True(budget.HasLeft);
        clock.Advance(TimeSpan.FromMinutes(10));

        Assert.False(budget.HasLeft);
    }
}
