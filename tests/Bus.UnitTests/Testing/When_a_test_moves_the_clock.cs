using Bus.Persistence;
using Bus.Persistence.Timers;
using Bus.Testing;
using MassTransit;
using MassTransit.Scheduling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Testing;

/// <summary>What a service schedules waits in its database, by the test's clock.</summary>
public sealed class When_a_test_moves_the_clock
{
    static When_a_test_moves_the_clock() => ScheduleTokenId.UseTokenId<Expired>(expired => expired.CorrelationId);

    [Fact]
    public async Task Should_deliver_what_has_become_due_and_nothing_before()
    {
        await using var bus = await StartAsync();
        await ScheduleAsync(bus, TimeSpan.FromHours(1), 1);
        await ScheduleAsync(bus, TimeSpan.FromDays(3650), 2);

        await bus.AdvanceAsync(TimeSpan.FromMinutes(59));
        Assert.Empty(bus.Consumed<Reminder>());

        await bus.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal([1], bus.Consumed<Reminder>().Select(reminder => reminder.Number));

        await bus.AdvanceAsync(TimeSpan.FromDays(3650));
        Assert.Equal([1, 2], bus.Consumed<Reminder>().Select(reminder => reminder.Number));
    }

    [Fact]
    public async Task Should_deliver_all_of_many_that_become_due_at_once()
    {
        await using var bus = await StartAsync();
        for (var number = 0; number < 300; number++)
            await ScheduleAsync(bus, TimeSpan.FromSeconds(number), number);

        await bus.AdvanceAsync(TimeSpan.FromSeconds(299));

        Assert.Equal(Enumerable.Range(0, 300), bus.Consumed<Reminder>().Select(reminder => reminder.Number).Order());
    }

    [Fact]
    public async Task Should_not_let_what_is_due_now_wait_for_all_that_was_due_long_ago()
    {
        await using var bus = await StartAsync();
        await bus.InScopeAsync(async services =>
        {
            var scheduler = services.GetRequiredService<IMessageScheduler>();
            var now = bus.Clock.GetUtcNow().UtcDateTime;
            for (var number = 0; number < 3000; number++)
                await scheduler.ScheduleSend(new Uri("queue:reminders"), now.AddHours(-1).AddMilliseconds(number), new Reminder(number));
            await scheduler.ScheduleSend(new Uri("queue:reminders"), now, new Reminder(-1));
            await services.GetRequiredService<ClockDb>().SaveChangesAsync();
        });

        await bus.SettleAsync();

        var sent = bus.Sent<Reminder>().Select(reminder => reminder.Number).ToList();
        Assert.Equal(3001, sent.Count);
        Assert.InRange(sent.IndexOf(-1), 0, 1500);
    }

    [Fact]
    public async Task Should_keep_the_timer_of_a_saga_that_sets_it_again_under_the_same_token()
    {
        await using var bus = await StartAsync();
        var id = Guid.NewGuid();
        await bus.Publish(new Touched(id));
        await bus.SettleAsync();
        await bus.AdvanceAsync(TimeSpan.FromSeconds(9));
        await bus.Publish(new Touched(id));
        await bus.SettleAsync();

        await bus.AdvanceAsync(TimeSpan.FromSeconds(9));
        await bus.SagaInState<Session>(id, "Alive");

        await bus.AdvanceAsync(TimeSpan.FromSeconds(1));
        await bus.SagaInState<Session>(id, "Gone");
    }

    [Fact]
    public async Task Should_take_away_the_timer_of_a_saga_that_needs_it_no_more()
    {
        await using var bus = await StartAsync();
        var id = Guid.NewGuid();
        await bus.Publish(new Touched(id));
        await bus.SettleAsync();
        await bus.Publish(new Kept(id));
        await bus.SettleAsync();

        await bus.InScopeAsync(async services => Assert.Equal(0, await services.GetRequiredService<ClockDb>().Set<TimerRow>().CountAsync()));
        await bus.AdvanceAsync(TimeSpan.FromSeconds(60));
        await bus.SagaInState<Session>(id, "Alive");
    }

    private static Task<TestBus> StartAsync() => TestBus.StartAsync(bus =>
    {
        bus.UseDatabase<ClockDb>();
        bus.Registration.AddConsumer<ReminderConsumer>().Endpoint(endpoint => endpoint.Name = "reminders");
        bus.Registration.AddSagaStateMachine<SessionMachine, Session>();
    });

    private static Task ScheduleAsync(TestBus bus, TimeSpan delay, int number) => bus.InScopeAsync(async services =>
    {
        await services.GetRequiredService<IMessageScheduler>().ScheduleSend(new Uri("queue:reminders"), (bus.Clock.GetUtcNow() + delay).UtcDateTime, new Reminder(number));
        await services.GetRequiredService<ClockDb>().SaveChangesAsync();
    });

    public sealed record Reminder(int Number);

    public sealed record Touched(Guid CorrelationId) : CorrelatedBy<Guid>;

    public sealed record Kept(Guid CorrelationId) : CorrelatedBy<Guid>;

    public sealed record Expired(Guid CorrelationId) : CorrelatedBy<Guid>;

    public sealed class Session : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }

        public string? CurrentState { get; set; }

        public Guid? TimeOut { get; set; }
    }

    public sealed class ClockDb(DbContextOptions<ClockDb> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.AddTransactionalOutboxEntities();
            modelBuilder.Entity<Session>().HasKey(session => session.CorrelationId);
        }
    }

    private sealed class ReminderConsumer : IConsumer<Reminder>
    {
        public Task Consume(ConsumeContext<Reminder> context) => Task.CompletedTask;
    }

    private sealed class SessionMachine : MassTransitStateMachine<Session>
    {
        public SessionMachine(TimeProvider clock)
        {
            InstanceState(session => session.CurrentState);
            Schedule(() => TimeOut, session => session.TimeOut);
            Initially(When(Touched).Schedule(TimeOut, context => new Expired(context.Saga.CorrelationId), _ => In(clock)).TransitionTo(Alive));
            During(
                Alive,
                When(Touched).Schedule(TimeOut, context => new Expired(context.Saga.CorrelationId), _ => In(clock)),
                When(Kept).Unschedule(TimeOut),
                When(TimeOut.Received).TransitionTo(Gone));
        }

        public State Alive { get; private set; } = null!;

        public State Gone { get; private set; } = null!;

        public Event<Touched> Touched { get; private set; } = null!;

        public Event<Kept> Kept { get; private set; } = null!;

        public Schedule<Session, Expired> TimeOut { get; private set; } = null!;

        private static DateTime In(TimeProvider clock) => clock.GetUtcNow().UtcDateTime.AddSeconds(10);
    }
}
