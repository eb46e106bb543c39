using Bus.ContractTests.Outbox;
using Bus.Persistence.Schedules;
using Bus.Scheduler;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Schedules;

/// <summary>What recurring schedules owe over several processes on one database.</summary>
public abstract class ScheduleContract : DatabaseContract
{
    [Fact]
    public async Task Should_fire_each_instant_once_from_two_processes()
    {
        OutboxService.SkipWhereQueuesAreShared(Database);
        const int schedules = 20;
        await using var one = await StartAsync(Declare);
        await using var two = await StartAsync(Declare);

        await Eventually.AssertAsync(async () => await FiredAsync(one) >= schedules * 4, TimeSpan.FromSeconds(60));
        for (var number = 0; number < schedules; number++)
        {
            await Schedules(one).PauseAsync($"each-{number}");
            await Schedules(two).PauseAsync($"each-{number}");
        }

        await one.DrainAsync();
        await two.DrainAsync();
        var runs = await one.QueryAsync(db => db.Set<ScheduleRunRow>().ToListAsync());
        Assert.DoesNotContain(runs, run => run.Outcome == (int)RunOutcome.Missed);
        await Eventually.AssertAsync(() => one.Journal.Notes.Count + two.Journal.Notes.Count == runs.Count);
        var came = one.Journal.NoteContexts.Concat(two.Journal.NoteContexts).Select(context => context.ScheduledRun()!);
        Assert.Equal(
            runs.Select(run => (run.Schedule, run.PlannedAt)).Order(),
            came.Select(run => (run.Schedule, run.PlannedAt.ToUnixTimeMilliseconds())).Order());
        Assert.All(runs.GroupBy(run => run.Schedule), group => Assert.Equal(
            Enumerable.Range(0, group.Count()).Select(second => group.Min(run => run.PlannedAt) + (second * 1000L)),
            group.Select(run => run.PlannedAt).Order()));

        static void Declare(SchedulesBuilder all)
        {
            for (var number = 0; number < schedules; number++)
                all.Every($"each-{number}", Cron.EverySecond(), new Note(number));
        }
    }

    [Fact]
    public async Task Should_make_change_and_retire_what_the_code_declares()
    {
        await using (await StartAsync(all => all.Every("kept", Cron.Daily(2), new Note(1)).Every("changed", Cron.Daily(2), new Note(1)).Every("gone", Cron.Daily(2), new Note(1))))
            await SettleAsync("gone", ScheduleState.Active);
        await using var service = await StartAsync(all => all.Every("kept", Cron.Daily(2), new Note(1)).Every("changed", Cron.Daily(3), new Note(1)).Every("new", Cron.Daily(2), new Note(1)));
        await SettleAsync("gone", ScheduleState.Retired);

        var found = await Schedules(service).ListAsync(new ScheduleQuery());
        Assert.Equal(["changed 0 3 * * * Active", "gone 0 2 * * * Retired", "kept 0 2 * * * Active", "new 0 2 * * * Active"], found.Select(Say));

        static string Say(ScheduleSummary schedule) => $"{schedule.Name} {schedule.Definition.Recurrence} {schedule.State}";
    }

    [Fact]
    public async Task Should_not_let_an_older_revision_bring_back_what_was_declared_before()
    {
        await using var newer = await StartAsync(all => Declare(all, 2, Cron.Daily(3)));
        await SettleAsync("revised", ScheduleState.Active);
        await using var older = await StartAsync(all => Declare(all.Every("only-older", Cron.Daily(1), new Note(1)), 1, Cron.Daily(2)));
        await SettleAsync("only-older", ScheduleState.Active);

        Assert.Equal("0 3 * * *", (await Schedules(older).FindAsync("revised"))!.Definition.Recurrence);

        static void Declare(SchedulesBuilder all, int revision, Recurrence when)
        {
            all.Revision = revision;
            all.Every("revised", when, new Note(1));
        }
    }

    [Fact]
    public async Task Should_keep_what_was_edited_at_run_time_when_the_same_code_starts_again()
    {
        await using (var first = await StartAsync(Declare))
        {
            await SettleAsync("edited", ScheduleState.Active);
            await Schedules(first).EditAsync("edited", schedule => schedule with { Recurrence = "0 4 * * *" });
            await Schedules(first).PauseAsync("edited");
        }

        await using var second = await StartAsync(all => Declare(all.Every("mark", Cron.Daily(1), new Note(1))));
        await SettleAsync("mark", ScheduleState.Active);
        var edited = (await Schedules(second).FindAsync("edited"))!;
        Assert.Equal(("0 4 * * *", ScheduleState.Paused), (edited.Definition.Recurrence, edited.State));

        static void Declare(SchedulesBuilder all) => all.Every("edited", Cron.Daily(2), new Note(1));
    }

    [Fact]
    public async Task Should_fire_soon_what_another_process_made()
    {
        OutboxService.SkipWhereQueuesAreShared(Database);
        await using var one = await StartAsync(all => all.AllowMessage<Note>());
        await using var two = await StartAsync(all => all.AllowMessage<Note>());
        await Schedules(one).CreateAsync("made", new ScheduleDefinition { Recurrence = "every 1s", MaxRuns = 3 }, new Note(7));
        await Eventually.AssertAsync(() => one.Journal.Notes.Count + two.Journal.Notes.Count == 3, TimeSpan.FromSeconds(30));
        await Eventually.AssertAsync(async () => (await Schedules(two).FindAsync("made"))!.State == ScheduleState.Finished);
    }

    private static ISchedules Schedules(OutboxService service) => service.Services.GetRequiredService<ISchedules>();

    private static Task<int> FiredAsync(OutboxService service) => service.QueryAsync(db => db.Set<ScheduleRunRow>().CountAsync());

    private async Task SettleAsync(string name, ScheduleState state)
    {
        await using var reader = await StartAsync(all => all.DeclaredBy = "nobody");
        await Eventually.AssertAsync(async () => (await Schedules(reader).FindAsync(name))?.State == state, TimeSpan.FromSeconds(30));
    }

    private Task<OutboxService> StartAsync(Action<SchedulesBuilder> declare) => OutboxService.StartAsync<PlainConsumer>(
        Database,
        bus: registration => registration.AddSchedules<OutboxDb>(schedules =>
        {
            schedules.DeclaredBy = "contract";
            declare(schedules);
        }));
}

public sealed class When_schedules_are_served_on_sqlite : ScheduleContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_schedules_are_served_on_postgres : ScheduleContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_schedules_are_served_in_one_file : ScheduleContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}
