using Bus.Persistence;
using Bus.Persistence.Schedules;
using Bus.Scheduler;
using Bus.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace Bus.UnitTests.Scheduler;

/// <summary>What <see cref="ISchedules"/> does at run time, and what a start makes of declarations.</summary>
public sealed class When_schedules_are_changed
{
    private static readonly DateTimeOffset Start = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ScheduleDefinition Minutely = new() { Recurrence = "* * * * *" };

    [Fact]
    public async Task Should_fire_what_is_made_at_run_time_and_not_what_is_deleted()
    {
        await using var bus = await StartAsync(schedules => schedules.AllowMessage<Note>());
        var schedules = Schedules(bus);
        await schedules.CreateAsync("made", Minutely, new Note("made"));
        await schedules.CreateAsync("json", Minutely with { Zone = "Asia/Kolkata" }, MessageUrn.ForTypeString<Note>(), """{"text":"json"}""");
        await MinutesAsync(bus, 1);
        await schedules.DeleteAsync("made");
        await MinutesAsync(bus, 1);

        Assert.Equal(["json", "json", "made"], bus.Consumed<Note>().Select(note => note.Text).Order());
        Assert.Null(await schedules.FindAsync("made"));
        Assert.Empty(await schedules.RunsAsync("made", 10));
    }

    [Fact]
    public async Task Should_leave_out_what_came_while_it_was_paused()
    {
        await using var bus = await StartAsync(schedules => schedules.Every("paused", Cron.EveryMinute(), new Note("paused")));
        var schedules = Schedules(bus);
        await MinutesAsync(bus, 1);
        await schedules.PauseAsync("paused");
        await schedules.PauseAsync("paused");
        await MinutesAsync(bus, 3);
        Assert.Equal(ScheduleState.Paused, (await schedules.FindAsync("paused"))!.State);
        Assert.Equal([Start.AddMinutes(5)], await schedules.NextAsync("paused", 1));

        await schedules.ResumeAsync("paused");
        await MinutesAsync(bus, 1);
        Assert.Equal(2, bus.Consumed<Note>().Count);
        Assert.Equal([Start.AddMinutes(5), Start.AddMinutes(1)], (await schedules.RunsAsync("paused", 10)).Select(run => run.PlannedAt));
    }

    [Fact]
    public async Task Should_fire_at_once_when_asked_to_and_keep_its_plan()
    {
        await using var bus = await StartAsync(schedules => schedules.Every("asked", Cron.Daily(2), new Note("asked")));
        var schedules = Schedules(bus);
        await schedules.PauseAsync("asked");

        var first = await schedules.RunNowAsync("asked");
        var second = await schedules.RunNowAsync("asked");
        await bus.SettleAsync();

        Assert.NotEqual(first, second);
        Assert.Equal(2, bus.Consumed<Note>().Count);
        Assert.All(await schedules.RunsAsync("asked", 10), run => Assert.Equal((RunKind.Requested, RunOutcome.Succeeded), (run.Kind, run.Outcome)));
        Assert.Equal(0, (await schedules.FindAsync("asked"))!.Runs);
    }

    [Fact]
    public async Task Should_fire_each_instant_of_a_range_that_was_not_fired()
    {
        await using var bus = await StartAsync(schedules => schedules.Every("filled", Cron.EveryMinute(), new Note("filled"), schedule => schedule with { Misfire = MisfirePolicy.Skip }));
        var schedules = Schedules(bus);
        await bus.AdvanceAsync(TimeSpan.FromMinutes(10));
        await MinutesAsync(bus, 1);
        var before = bus.Consumed<Note>().Count;

        var filled = await schedules.BackfillAsync("filled", Start.AddMinutes(3), Start.AddMinutes(11));
        await bus.SettleAsync();

        Assert.Equal(0, await schedules.BackfillAsync("filled", Start.AddMinutes(3), Start.AddMinutes(11)));
        Assert.Equal(before + filled, bus.Consumed<Note>().Count);
        Assert.Equal(
            Enumerable.Range(3, 9).Select(minute => Start.AddMinutes(minute)),
            (await schedules.RunsAsync("filled", 100)).Where(run => run.Outcome == RunOutcome.Succeeded && run.PlannedAt >= Start.AddMinutes(3)).Select(run => run.PlannedAt).Order());
    }

    [Fact]
    public async Task Should_keep_what_was_edited()
    {
        await using var bus = await StartAsync(schedules => schedules.Every("edited", Cron.Daily(2), new Note("before")));
        var schedules = Schedules(bus);
        await schedules.EditAsync("edited", schedule => schedule with { Recurrence = "*/5 * * * *" }, """{"text":"after"}""");
        await bus.AdvanceAsync(TimeSpan.FromMinutes(5));

        Assert.Equal(["after"], bus.Consumed<Note>().Select(note => note.Text));
        Assert.Equal([Start.AddMinutes(10), Start.AddMinutes(15)], await schedules.NextAsync("edited", 2));
    }

    [Fact]
    public async Task Should_refuse_what_is_wrong_and_say_what_to_do()
    {
        await using var bus = await StartAsync(schedules => schedules.Every("declared", Cron.Daily(2), new Note("x")));
        var schedules = Schedules(bus);

        Assert.Contains("never fires", await RefusedAsync(() => schedules.CreateAsync("a", Minutely with { Recurrence = "30 2 31 2 *" }, new Note("x"))), StringComparison.Ordinal);
        Assert.Contains("Europe/Berlin", await RefusedAsync(() => schedules.CreateAsync("a", Minutely with { Zone = "Europe/Berln" }, new Note("x"))), StringComparison.Ordinal);
        Assert.Contains("AllowMessage", await RefusedAsync(() => schedules.CreateAsync("a", Minutely, new Other())), StringComparison.Ordinal);
        Assert.Contains("Destination", await RefusedAsync(() => schedules.CreateAsync("a", Minutely with { Overlap = OverlapPolicy.Skip }, new Note("x"))), StringComparison.Ordinal);
        Assert.Contains("already", await RefusedAsync(() => schedules.CreateAsync("declared", Minutely, new Note("x"))), StringComparison.Ordinal);
        Assert.Contains("is no", await RefusedAsync(() => schedules.CreateAsync("a", Minutely, MessageUrn.ForTypeString<Note>(), "{")), StringComparison.Ordinal);
        Assert.Contains("There is no schedule", await RefusedAsync(() => schedules.PauseAsync("nobody")), StringComparison.Ordinal);
        Assert.Contains("pause it", await RefusedAsync(() => schedules.DeleteAsync("declared")), StringComparison.Ordinal);
        Assert.Contains("range of the past", await RefusedAsync(() => schedules.BackfillAsync("declared", Start, Start.AddYears(1))), StringComparison.Ordinal);
        Assert.Single(await schedules.ListAsync(new ScheduleQuery()));
    }

    [Fact]
    public async Task Should_list_all_that_is_wrong_with_declarations_when_the_host_starts()
    {
        var error = await Assert.ThrowsAsync<ScheduleException>(() => StartAsync(schedules => schedules
            .Every("twice", Cron.Daily(2), new Note("x"))
            .Every("twice", Cron.Daily(3), new Note("x"))
            .Every("no zone", Cron.Daily(2), new Note("x"), schedule => schedule with { Zone = "Mars/Olympus" })
            .Every("runs", Cron.Daily(2), new Note("x"), schedule => schedule with { MaxRuns = 0 })));

        Assert.Contains("`twice` is declared 2 times", error.Message, StringComparison.Ordinal);
        Assert.Contains("Mars/Olympus", error.Message, StringComparison.Ordinal);
        Assert.Contains("a name has", error.Message, StringComparison.Ordinal);
        Assert.Contains("`MaxRuns`", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_be_degraded_while_a_message_type_is_gone_and_fire_when_it_is_back()
    {
        await using var bus = await StartAsync(schedules => schedules.Every("gone", Cron.EveryMinute(), new Note("gone")));
        await bus.InScopeAsync(services => services.GetRequiredService<NotesDb>().Set<ScheduleRow>().ExecuteUpdateAsync(set => set.SetProperty(row => row.MessageType, "urn:message:Gone:Type")));
        await MinutesAsync(bus, 1);
        // Another process may know it, and gets five seconds.
        await bus.AdvanceAsync(TimeSpan.FromSeconds(6));

        var health = (await bus.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == "schedules")).Entries["schedules"];
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("urn:message:Gone:Type", health.Description, StringComparison.Ordinal);
        Assert.Empty(bus.Consumed<Note>());

        await bus.InScopeAsync(services => services.GetRequiredService<NotesDb>().Set<ScheduleRow>().ExecuteUpdateAsync(set => set.SetProperty(row => row.MessageType, MessageUrn.ForTypeString<Note>())));
        await bus.AdvanceAsync(TimeSpan.FromSeconds(6));
        Assert.Single(bus.Consumed<Note>());
        Assert.Equal(HealthStatus.Healthy, (await bus.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == "schedules")).Status);
    }

    private static async Task<string> RefusedAsync(Func<Task> change) => (await Assert.ThrowsAsync<ScheduleException>(change)).Message;

    private static async Task MinutesAsync(TestBus bus, int minutes)
    {
        for (; minutes > 0; minutes--)
            await bus.AdvanceAsync(TimeSpan.FromMinutes(1));
    }

    private static ISchedules Schedules(TestBus bus) => bus.Services.GetRequiredService<ISchedules>();

    private static Task<TestBus> StartAsync(Action<SchedulesBuilder> declare) => TestBus.StartAsync(bus =>
    {
        bus.UseDatabase<NotesDb>();
        bus.AddSchedules(declare);
        bus.Registration.AddConsumer<NoteConsumer>();
    });

    public sealed record Note(string Text);

    public sealed record Other;

    public sealed class NotesDb(DbContextOptions<NotesDb> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddTransactionalOutboxEntities();
    }

    private sealed class NoteConsumer : IConsumer<Note>
    {
        public Task Consume(ConsumeContext<Note> context) => Task.CompletedTask;
    }
}
