using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Jobs.Handling;
using Bus.Jobs.Running;
using Bus.Persistence.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Jobs;

/// <summary>The rhythm of the attempts of a job, of which each may be another process's.</summary>
public sealed class When_attempts_of_jobs_are_apart
{
    private int _asked;

    [Theory]
    [InlineData(BackoffStrategy.Immediate, "0 0 0 0 0")]
    [InlineData(BackoffStrategy.Fixed, "10 10 10 10 10")]
    [InlineData(BackoffStrategy.Incremental, "10 20 30 40 50")]
    [InlineData(BackoffStrategy.Exponential, "10 20 40 60 60")]
    public void Should_grow_as_they_are_told_to_and_not_above_the_longest(BackoffStrategy strategy, string waits)
    {
        var schedule = Schedule with { Strategy = strategy, Jitter = Jitter.None };
        Assert.Equal(waits, string.Join(' ', Waits(schedule, Guid.CreateVersion7())));
    }

    [Fact]
    public void Should_be_spread_by_chance_below_that()
    {
        var waits = Enumerable.Range(0, 200).Select(_ => Waits(Schedule, Guid.CreateVersion7())).ToList();
        Assert.All(waits, of => Assert.All(of.Zip([10d, 20, 40, 60, 60]), pair => Assert.InRange(pair.First, 0, pair.Second)));
        Assert.True(waits.Select(of => of[4]).Distinct().Count() > 100);
    }

    [Fact]
    public void Should_each_follow_from_the_one_before_where_they_are_decorrelated_whoever_asks()
    {
        var schedule = Schedule with { Jitter = Jitter.Decorrelated, MaxDelay = TimeSpan.FromHours(1), MaxAttempts = 8 };
        var jobs = Enumerable.Range(0, 200).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var job in jobs)
        {
            var waits = Waits(schedule, job);
            Assert.Equal(waits, Waits(schedule, job));
            for (var number = 0; number < waits.Count; number++)
                Assert.InRange(waits[number], 10, 3 * (number == 0 ? 10 : waits[number - 1]));
        }

        // Without the one before none would be above thirty seconds.
        Assert.True(jobs.Count(job => Waits(schedule, job).Max() > 100) > 50);
        Assert.True(jobs.Select(job => Waits(schedule, job)[0]).Distinct().Count() > 150);
    }

    [Fact]
    public void Should_never_be_spent_by_who_is_asked_to_come_later()
    {
        var later = new RetryAfterException("It is busy.", TimeSpan.FromHours(2));
        Assert.Equal(TimeSpan.FromHours(2), Assert.IsType<RecoverabilityDecision.RetryAfter>(JobWaits.Decide(TypeOf(Schedule), Claimed(Guid.CreateVersion7(), 5), later, new Random(1))).Delay);
        Assert.IsType<RecoverabilityDecision.GiveUp>(JobWaits.Decide(TypeOf(Schedule), Claimed(Guid.CreateVersion7(), 5), new RetryAfterException("It is busy.", null), new Random(1)));
    }

    private static RetrySchedule Schedule => new() { MaxAttempts = 6, FirstDelay = TimeSpan.FromSeconds(10), MaxDelay = TimeSpan.FromMinutes(1) };

    private List<double> Waits(RetrySchedule schedule, Guid job)
    {
        var type = TypeOf(schedule);
        List<double> waits = [];
        for (var failed = 0; failed < schedule.MaxAttempts - 1; failed++)
        {
            waits.Add(JobWaits.Decide(type, Claimed(job, failed), new TimeoutException(), new Random(++_asked)) switch
            {
                RecoverabilityDecision.RetryAfter after => Math.Round(after.Delay.TotalSeconds, 9),
                RecoverabilityDecision.RetryNow => 0,
                var other => throw new InvalidOperationException($"{other}"),
            });
        }

        return waits;
    }

    private static JobType TypeOf(RetrySchedule schedule)
    {
        var catalog = new JobCatalog();
        new JobsBuilder(new ServiceCollection(), catalog, new JobsOptions()).Handle<Handler>(type => (type.Name, type.Retry) = ("tried", schedule));
        return catalog.Find("tried")!;
    }

    private static ClaimedJob Claimed(Guid job, int failed) => new(job, "tried", [], failed + 1, failed, 0, 0, 0, null, null, "default", null, 0, 4);

    private sealed record Tried;

    private sealed class Handler : IJobHandler<Tried>
    {
        public Task RunAsync(Tried arguments, JobRun run) => Task.CompletedTask;
    }
}
