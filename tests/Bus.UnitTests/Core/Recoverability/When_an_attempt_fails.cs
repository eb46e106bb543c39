using Bus.Core.Recoverability;
using CsCheck;
using Xunit;

namespace Bus.UnitTests.Core.Recoverability;

public sealed class When_an_attempt_fails
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private static readonly Gen<RetrySchedule> Schedules =
        from attempts in Gen.Int[1, 20]
        from strategy in Gen.Enum<BackoffStrategy>()
        from jitter in Gen.Enum<Jitter>()
        from first in Gen.Int[0, 3000]
        from more in Gen.Int[0, 3000]
        select new RetrySchedule
        {
            MaxAttempts = attempts,
            Strategy = strategy,
            Jitter = jitter,
            FirstDelay = TimeSpan.FromMilliseconds(first),
            MaxDelay = TimeSpan.FromMilliseconds(first + more),
        };

    [Fact]
    public void Should_never_wait_longer_than_the_cap_or_less_than_nothing() => Gen.Select(Schedules, Gen.Int).Sample((schedule, seed) =>
    {
        var random = new Random(seed);
        var previous = TimeSpan.Zero;
        for (var retry = 1; retry < 40; retry++)
        {
            previous = schedule.DelayBefore(retry, previous, random);
            Assert.InRange(previous, TimeSpan.Zero, schedule.MaxDelay);
        }
    });

    [Fact]
    public void Should_never_wait_longer_in_all_than_was_announced() => Gen.Select(Schedules, Gen.Int).Sample((schedule, seed) =>
    {
        var random = new Random(seed);
        var (previous, total) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var retry = 1; retry < schedule.MaxAttempts; retry++)
        {
            previous = schedule.DelayBefore(retry, previous, random);
            total += previous;
        }

        Assert.True(total <= schedule.LongestTotal() + TimeSpan.FromTicks(schedule.MaxAttempts), $"{total} > {schedule.LongestTotal()}");
    });

    [Fact]
    public void Should_come_to_an_end_within_the_attempts_and_the_time() => Gen.Select(Schedules, Gen.Int).Sample((schedule, seed) =>
    {
        var policy = new RecoverabilityPolicy(ErrorClassifier.Default, schedule, Limit, TimeSpan.Zero);
        var random = new Random(seed);
        var (elapsed, previous) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var attempt = 1; ; attempt++)
        {
            Assert.True(attempt <= schedule.MaxAttempts);
            var decision = policy.Decide(new FailureFacts(new TimeoutException(), attempt, elapsed, previous, BudgetLeft: true), random);
            if (decision is RecoverabilityDecision.GiveUp)
            {
                return;
            }

            previous = decision is RecoverabilityDecision.RetryAfter after ? after.Delay : TimeSpan.Zero;
            elapsed += previous;
            Assert.True(elapsed <= Limit);
        }
    });

    [Fact]
    public void Should_decide_the_same_for_the_same_facts_and_chance() => Gen.Select(Schedules, Gen.Int, Gen.Int[1, 20]).Sample((schedule, seed, attempt) =>
    {
        var policy = new RecoverabilityPolicy(ErrorClassifier.Default, schedule, Limit, TimeSpan.Zero);
        var facts = new FailureFacts(new TimeoutException(), attempt, TimeSpan.Zero, TimeSpan.Zero, BudgetLeft: true);

        Assert.Equal(policy.Decide(facts, new Random(seed)), policy.Decide(facts, new Random(seed)));
    });

    [Fact]
    public void Should_grow_as_the_strategy_says()
    {
        Assert.Equal([0, 0, 0, 0], Delays(BackoffStrategy.Immediate));
        Assert.Equal([100, 100, 100, 100], Delays(BackoffStrategy.Fixed));
        Assert.Equal([100, 200, 300, 350], Delays(BackoffStrategy.Incremental));
        Assert.Equal([100, 200, 350, 350], Delays(BackoffStrategy.Exponential));
    }

    [Fact]
    public void Should_not_retry_a_permanent_error() =>
        Assert.Equal(GiveUpReason.PermanentError, Assert.IsType<RecoverabilityDecision.GiveUp>(Decide(new FormatException("bad"))).Reason);

    [Fact]
    public void Should_retry_what_nothing_is_known_about() => Assert.IsType<RecoverabilityDecision.RetryNow>(Decide(new InvalidOperationException()));

    [Fact]
    public void Should_say_that_the_budget_is_spent()
    {
        var decision = Assert.IsType<RecoverabilityDecision.GiveUp>(Decide(new TimeoutException(), budgetLeft: false));

        Assert.Equal(GiveUpReason.BudgetSpent, decision.Reason);
        Assert.Contains("`Bus:Retry:BudgetPercent`", decision.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Should_wait_as_long_as_the_other_side_asked()
    {
        var error = new InvalidOperationException("wrapped", new RetryAfterException("429", TimeSpan.FromSeconds(3)));

        Assert.Equal(new RecoverabilityDecision.RetryAfter(TimeSpan.FromSeconds(3)), Decide(error));
    }

    [Fact]
    public void Should_give_up_when_asked_to_wait_longer_than_retries_may_last() =>
        Assert.Equal(GiveUpReason.TimeSpent, Assert.IsType<RecoverabilityDecision.GiveUp>(Decide(new RetryAfterException("429", TimeSpan.FromMinutes(1)))).Reason);

    [Fact]
    public void Should_use_the_rhythm_of_the_closest_exception_type()
    {
        var overrides = new Dictionary<Type, RetrySchedule> { [typeof(InvalidOperationException)] = RetrySchedule.None };
        var policy = new RecoverabilityPolicy(ErrorClassifier.Default, new RetrySchedule(), Limit, TimeSpan.Zero, overrides);

        // ObjectDisposedException is an InvalidOperationException.
        var decision = policy.Decide(new FailureFacts(new ObjectDisposedException("it"), 1, TimeSpan.Zero, TimeSpan.Zero, true), new Random(1));

        Assert.Equal(GiveUpReason.AttemptsSpent, Assert.IsType<RecoverabilityDecision.GiveUp>(decision).Reason);
    }

    [Fact]
    public void Should_wait_out_an_outage_without_spending_anything()
    {
        var classifier = ErrorClassifier.Default.With<TimeoutException>(ErrorClass.Outage);
        var policy = new RecoverabilityPolicy(classifier, RetrySchedule.None, Limit, TimeSpan.FromMinutes(10));

        var during = policy.Decide(new FailureFacts(new TimeoutException(), 1, TimeSpan.FromMinutes(9), TimeSpan.Zero, false), new Random(1));
        var after = policy.Decide(new FailureFacts(new TimeoutException(), 1, TimeSpan.FromMinutes(10), TimeSpan.Zero, false), new Random(1));

        Assert.True(Assert.IsType<RecoverabilityDecision.RetryAfter>(during).Outage);
        Assert.IsType<RecoverabilityDecision.GiveUp>(after);
    }

    private static RecoverabilityDecision Decide(Exception error, bool budgetLeft = true)
    {
        var schedule = new RetrySchedule { Strategy = BackoffStrategy.Immediate };
        var policy = new RecoverabilityPolicy(ErrorClassifier.Default, schedule, Limit, TimeSpan.Zero);
        return policy.Decide(new FailureFacts(error, 1, TimeSpan.Zero, TimeSpan.Zero, budgetLeft), new Random(1));
    }

    private static double[] Delays(BackoffStrategy strategy)
    {
        var schedule = new RetrySchedule
        {
            Strategy = strategy,
            Jitter = Jitter.None,
            FirstDelay = TimeSpan.FromMilliseconds(100),
            MaxDelay = TimeSpan.FromMilliseconds(350),
        };
        return [.. Enumerable.Range(1, 4).Select(retry => schedule.DelayBefore(retry, TimeSpan.Zero, new Random(1)).TotalMilliseconds)];
    }
}
