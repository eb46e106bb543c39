using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Persistence;
using Bus.Scheduler;
using Bus.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Testing;

/// <summary>Jobs of a service under test: what settles is done, and what waits does so by the test's clock.</summary>
public sealed class When_a_test_enqueues_jobs
{
    [Fact]
    public async Task Should_settle_when_a_job_and_all_that_came_of_it_are_done()
    {
        await using var bus = await StartAsync();
        var id = await Client(bus).EnqueueAsync(new Count(5));
        await bus.SettleAsync();

        Assert.Equal((JobState.Succeeded, "5"), await Client(bus).FindAsync(id) is { } job ? (job.State, job.Result) : default);
        // Each is published by a job whose consumer enqueues the next.
        Assert.Equal([5, 4, 3, 2, 1, 0], bus.Consumed<Counted>().Select(counted => counted.Left));
    }

    [Fact]
    public async Task Should_settle_when_all_of_a_key_have_run()
    {
        await using var bus = await StartAsync();
        for (var number = 0; number < 20; number++)
            await Client(bus).EnqueueAsync(new Count(0), new EnqueueOptions { Key = "one" });
        await bus.SettleAsync();
        Assert.Equal(20, bus.Consumed<Counted>().Count);
    }

    [Fact]
    public async Task Should_run_the_job_that_a_schedule_fires()
    {
        await using var bus = await StartAsync(bus => bus.AddSchedules(schedules => schedules.EveryJob("minutely", Cron.EveryMinute(), new Count(1), queue: "counts")));
        for (var minute = 0; minute < 3; minute++)
            await bus.AdvanceAsync(TimeSpan.FromMinutes(1));

        var jobs = (await bus.Services.GetRequiredService<IJobOperations>().ListAsync(new JobQuery { Queue = "counts" })).ToList();
        Assert.Equal([JobState.Succeeded, JobState.Succeeded, JobState.Succeeded], jobs.Select(job => job.State));
        var runs = await bus.Services.GetRequiredService<ISchedules>().RunsAsync("minutely", 10);
        Assert.Equal([RunOutcome.Fired, RunOutcome.Fired, RunOutcome.Fired], runs.Select(run => run.Outcome));
    }

    [Fact]
    public async Task Should_try_again_when_the_clock_has_come_to_it()
    {
        await using var bus = await StartAsync();
        var id = await Client(bus).EnqueueAsync(new Count(0, Failures: 2));
        await bus.SettleAsync();
        Assert.Equal((JobState.Retrying, 1), await StateAsync(bus, id));

        await bus.AdvanceAsync(TimeSpan.FromSeconds(59));
        Assert.Equal((JobState.Retrying, 1), await StateAsync(bus, id));
        await bus.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal((JobState.Retrying, 2), await StateAsync(bus, id));
        await bus.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal((JobState.Succeeded, 2), await StateAsync(bus, id));
    }

    [Fact]
    public async Task Should_not_wait_for_what_cannot_begin()
    {
        await using var bus = await StartAsync();
        await bus.Services.GetRequiredService<IJobOperations>().PauseAsync(JobGroup.Queue, "later");
        var paused = await Client(bus).EnqueueAsync(new Count(0), new EnqueueOptions { Queue = "later" });
        var tomorrow = await Client(bus).EnqueueAsync(new Count(0), new EnqueueOptions { At = bus.Clock.GetUtcNow().AddDays(1) });
        var unknown = await Client(bus).EnqueueAsync(new Counted(0));
        await bus.SettleAsync();
        Assert.Equal([JobState.Queued, JobState.Scheduled, JobState.Queued], [(await StateAsync(bus, paused)).State, (await StateAsync(bus, tomorrow)).State, (await StateAsync(bus, unknown)).State]);

        await bus.Services.GetRequiredService<IJobOperations>().ResumeAsync(JobGroup.Queue, "later");
        await bus.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal([JobState.Succeeded, JobState.Succeeded], [(await StateAsync(bus, paused)).State, (await StateAsync(bus, tomorrow)).State]);
    }

    [Fact]
    public async Task Should_say_so_when_a_job_does_not_end()
    {
        await using var bus = await StartAsync();
        var id = await Client(bus).EnqueueAsync(new Count(-1));
        var error = await Assert.ThrowsAsync<TimeoutException>(() => bus.SettleAsync(TimeSpan.FromMilliseconds(200)));
        Assert.Contains("jobs", error.Message, StringComparison.Ordinal);
        Assert.True(await Client(bus).CancelAsync(id));
        await bus.SettleAsync();
        Assert.Equal(JobState.Cancelled, (await StateAsync(bus, id)).State);
    }

    private static IJobClient Client(TestBus bus) => bus.Services.GetRequiredService<IJobClient>();

    private static async Task<(JobState State, int Attempts)> StateAsync(TestBus bus, Guid id) => await Client(bus).FindAsync(id) is { } job ? (job.State, job.Attempts) : default;

    private static Task<TestBus> StartAsync(Action<BusBuilder>? more = null) => TestBus.StartAsync(bus =>
    {
        bus.UseDatabase<JobDb>();
        bus.AddJobs(jobs => jobs.Handle<CountHandler>(type => type.Retry = new RetrySchedule { MaxAttempts = 3, FirstDelay = TimeSpan.FromMinutes(1), MaxDelay = TimeSpan.FromHours(1), Jitter = Jitter.None }));
        bus.Registration.AddConsumer<CountedConsumer>();
        more?.Invoke(bus);
    });

    public sealed record Count(int Left, int Failures = 0);

    public sealed record Counted(int Left);

    public sealed class JobDb(DbContextOptions<JobDb> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddTransactionalOutboxEntities();
    }

    private sealed class CountHandler(IPublishEndpoint publisher) : IJobHandler<Count, int>
    {
        public async Task<int> RunAsync(Count arguments, JobRun run)
        {
            if (arguments.Left < 0)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, run.CancellationToken);
            if (run.Attempt <= arguments.Failures)
                throw new TimeoutException("Not yet.");
            await publisher.Publish(new Counted(arguments.Left));
            return arguments.Left;
        }
    }

    private sealed class CountedConsumer(IJobs jobs) : IConsumer<Counted>
    {
        public Task Consume(ConsumeContext<Counted> context)
        {
            if (context.Message.Left > 0)
                jobs.Enqueue(new Count(context.Message.Left - 1));
            return Task.CompletedTask;
        }
    }
}
