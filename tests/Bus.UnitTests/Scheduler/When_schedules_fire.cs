using System.Threading.Channels;
using Bus.Persistence;
using Bus.Persistence.Schedules;
using Bus.Scheduler;
using Bus.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Scheduler;

/// <summary>Recurring schedules through the front door, by the test's clock, which begins at midnight of the first of January 2000, UTC.</summary>
public sealed class When_schedules_fire
{
    private static readonly Uri Reports = new("queue:reports");
    private readonly Gate _gate = new();

    [Fact]
    public async Task Should_fire_each_instant_once_with_what_it_was_planned_for()
    {
        await using var bus = await StartAsync(schedules => schedules.Every("minutely", Cron.EveryMinute(), new Report("all")));

        for (var minute = 0; minute < 5; minute++)
            await bus.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(5, bus.Consumed<Report>().Count);
        Assert.Equal(Enumerable.Range(1, 5).Select(minute => Start.AddMinutes(minute)), _gate.Runs.Select(run => run.PlannedAt));
        Assert.All(_gate.Runs, run => Assert.Equal(("minutely", RunKind.Planned), (run.Schedule, run.Kind)));
    }

    [Fact]
    public async Task Should_show_a_schedule_with_its_next_instants_and_its_runs()
    {
        await using var bus = await StartAsync(schedules => schedules.Every("nightly", Cron.Daily(2), new Report("all"), schedule => schedule with { Zone = "Europe/Berlin" }));
        await bus.AdvanceAsync(TimeSpan.FromHours(1));
        await bus.AdvanceAsync(TimeSpan.FromHours(23));

        var schedules = Schedules(bus);
        var nightly = Assert.Single(await schedules.ListAsync(new ScheduleQuery { Name = "night" }));
        Assert.Equal((ScheduleState.Active, 1L), (nightly.State, nightly.Runs));
        Assert.Equal([Start.AddHours(25), Start.AddHours(49)], await schedules.NextAsync("nightly", 2));
        var run = Assert.Single(await schedules.RunsAsync("nightly", 10));
        Assert.Equal((Start.AddHours(1), RunOutcome.Succeeded), (run.PlannedAt, run.Outcome));
        Assert.NotNull(run.Duration);
    }

    [Fact]
    public async Task Should_note_what_a_handler_could_not_do()
    {
        await using var bus = await StartAsync(schedules => schedules.Every("failing", Cron.EveryMinute(), new Report("fail")));
        await bus.AdvanceAsync(TimeSpan.FromMinutes(1));

        var run = Assert.Single(await Schedules(bus).RunsAsync("failing", 10));
        Assert.Equal((RunOutcome.Failed, "no report"), (run.Outcome, run.Note));
    }

    [Theory]
    [InlineData(MisfirePolicy.FireOnce, new[] { 60 })]
    [InlineData(MisfirePolicy.Skip, new int[0])]
    [InlineData(MisfirePolicy.CatchUp, new[] { 58, 59, 60 })]
    public async Task Should_deal_with_missed_instants_as_its_policy_says(MisfirePolicy policy, int[] fired)
    {
        await using var bus = await StartAsync(schedules => schedules.Every(
            "minutely", Cron.EveryMinute(), new Report("all"), schedule => schedule with { Misfire = policy, CatchUpLimit = 3, MisfireThreshold = TimeSpan.FromSeconds(10) }));

        // Nobody was there from 00:00 to 01:00:30.
        await bus.AdvanceAsync(TimeSpan.FromMinutes(60) + TimeSpan.FromSeconds(30));
        Assert.Equal(fired, _gate.Runs.Select(run => (int)(run.PlannedAt - Start).TotalMinutes));
        var missed = (await Schedules(bus).RunsAsync("minutely", 100)).Single(run => run.Outcome == RunOutcome.Missed);
        Assert.Equal(Start.AddMinutes(1), missed.PlannedAt);

        await bus.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([.. fired, 61], _gate.Runs.Select(run => (int)(run.PlannedAt - Start).TotalMinutes));
    }

    [Theory]
    [InlineData(OverlapPolicy.Allow, 3, 0, 3)]
    [InlineData(OverlapPolicy.Skip, 1, 2, 1)]
    [InlineData(OverlapPolicy.QueueOne, 1, 1, 2)]
    public async Task Should_deal_with_a_run_that_has_not_ended_as_its_policy_says(OverlapPolicy policy, int begun, int skipped, int ended)
    {
        await using var bus = await StartAsync(schedules => schedules.Every(
            "slow", Cron.EveryMinute(), new Report("wait"), schedule => schedule with { Overlap = policy, Destination = Reports }));

        for (var minute = 0; minute < 3; minute++)
        {
            bus.Clock.Advance(TimeSpan.FromMinutes(1));
            await bus.Services.GetRequiredService<IOutboxAdministration<SchedulesDb>>().WaitUntilDrainedAsync(CancellationToken.None);
        }

        await _gate.BegunAsync(begun);
        Assert.Equal(skipped, (await Schedules(bus).RunsAsync("slow", 100)).Count(run => run.Outcome == RunOutcome.Skipped));

        _gate.Open.SetResult();
        await bus.SettleAsync();
        Assert.Equal(ended, (await Schedules(bus).RunsAsync("slow", 100)).Count(run => run.Outcome == RunOutcome.Succeeded));
    }

    [Fact]
    public async Task Should_stop_the_handler_of_a_run_for_the_next()
    {
        await using var bus = await StartAsync(schedules => schedules.Every(
            "slow", Cron.EveryMinute(), new Report("wait"), schedule => schedule with { Overlap = OverlapPolicy.CancelPrevious, Destination = Reports }));
        bus.Clock.Advance(TimeSpan.FromMinutes(1));
        await _gate.BegunAsync(1);

        bus.Clock.Advance(TimeSpan.FromMinutes(1));
        await _gate.BegunAsync(1);
        await _gate.Stopped.Task.WaitAsync(TimeSpan.FromSeconds(30));
        _gate.Open.SetResult();
        await bus.SettleAsync();

        Assert.Equal([RunOutcome.Succeeded, RunOutcome.Cancelled], (await Schedules(bus).RunsAsync("slow", 10)).Select(run => run.Outcome));
    }

    [Fact]
    public async Task Should_go_on_when_a_run_is_lost()
    {
        await using var bus = await StartAsync(schedules => schedules.Every(
            "lost", Cron.EveryMinute(), new Report("all"), schedule => schedule with { Overlap = OverlapPolicy.Skip, Destination = new Uri("queue:nobody-reads"), RunTimeout = TimeSpan.FromSeconds(150) }));

        for (var minute = 0; minute < 4; minute++)
            await bus.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(
            [RunOutcome.Fired, RunOutcome.Skipped, RunOutcome.Skipped, RunOutcome.Lost],
            (await Schedules(bus).RunsAsync("lost", 10)).Select(run => run.Outcome));
    }

    [Fact]
    public async Task Should_end_after_its_last_run()
    {
        await using var bus = await StartAsync(schedules => schedules
            .Every("thrice", Cron.EveryMinute(), new Report("all"), schedule => schedule with { MaxRuns = 3 })
            .Every("until", Cron.EveryMinute(), new Report("all"), schedule => schedule with { End = Start.AddMinutes(2) }));

        for (var minute = 0; minute < 5; minute++)
            await bus.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(4, _gate.Runs.Count);
        Assert.All(await Schedules(bus).ListAsync(new ScheduleQuery()), schedule => Assert.Equal((ScheduleState.Finished, (DateTimeOffset?)null), (schedule.State, schedule.NextAt)));
        Assert.Empty(await Schedules(bus).NextAsync("thrice", 10));
    }

    [Fact]
    public async Task Should_fire_many_in_each_minute_exactly_once()
    {
        var (count, minutes) = Environment.GetEnvironmentVariable("BUS_LONG_TESTS") is { Length: > 0 } ? (10_000, 60) : (500, 5);
        await using var bus = await StartAsync(schedules =>
        {
            for (var number = 0; number < count; number++)
                schedules.Every($"minutely-{number}", Cron.EveryMinute(), new Report("all"), schedule => schedule with { Destination = new Uri("queue:nobody-reads") });
        });

        for (var minute = 0; minute < minutes; minute++)
        {
            bus.Clock.Advance(TimeSpan.FromMinutes(1));
            await bus.SettleAsync(TimeSpan.FromMinutes(2));
        }

        await bus.InScopeAsync(async services =>
        {
            var runs = services.GetRequiredService<SchedulesDb>().Set<ScheduleRunRow>();
            Assert.Equal(count * minutes, await runs.CountAsync(run => run.Outcome == (int)RunOutcome.Fired));
            Assert.Equal(count * minutes, bus.Sent<Report>().Count);
        });
    }

    internal static DateTimeOffset Start { get; } = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static ISchedules Schedules(TestBus bus) => bus.Services.GetRequiredService<ISchedules>();

    private Task<TestBus> StartAsync(Action<SchedulesBuilder> declare) => TestBus.StartAsync(bus =>
    {
        bus.UseDatabase<SchedulesDb>();
        bus.AddSchedules(declare);
        bus.Services.AddSingleton(_gate);
        bus.Registration.AddConsumer<ReportConsumer>().Endpoint(endpoint => endpoint.Name = "reports");
    });

    public sealed record Report(string What);

    public sealed class Gate
    {
        private readonly Channel<ScheduledRun> _begun = Channel.CreateUnbounded<ScheduledRun>();

        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<ScheduledRun> Runs { get; } = [];

        public void Begin(ScheduledRun run)
        {
            lock (Runs)
                Runs.Add(run);
            _begun.Writer.TryWrite(run);
        }

        public async Task BegunAsync(int count)
        {
            for (; count > 0; count--)
                await _begun.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public sealed class SchedulesDb(DbContextOptions<SchedulesDb> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddTransactionalOutboxEntities();
    }

    private sealed class ReportConsumer(Gate gate) : IConsumer<Report>
    {
        public async Task Consume(ConsumeContext<Report> context)
        {
            gate.Begin(context.ScheduledRun()!);
            if (context.Message.What == "fail")
                throw new InvalidOperationException("no report");
            if (context.Message.What != "wait")
                return;
            try
            {
                await gate.Open.Task.WaitAsync(context.CancellationToken);
            }
            catch (OperationCanceledException)
            {
                gate.Stopped.SetResult();
                throw;
            }
        }
    }
}
