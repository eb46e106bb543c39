using Bus.Persistence;
using Bus.Testing;
using CsCheck;
using MassTransit;
using MassTransit.Scheduling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Persistence.Timers;

/// <summary>
/// The timers of a database beside a model of them, a table by token: set, replaced, put off and cancelled in transactions that commit or not, by a clock that runs, jumps and goes back, with the
/// dispatcher at rest or in the middle of it.
/// </summary>
public sealed class When_timers_live_at_random
{
    private static readonly int Samples = Environment.GetEnvironmentVariable("BUS_LONG_TESTS") == "1" ? 2_000 : 40;

    private static readonly Gen<Act[]> Acts = Gen.Select(Gen.Enum<Deed>(), Gen.Int[0, 4], Gen.OneOf(Gen.Int[-1_000, 0], Gen.Int[1, 100_000]), (deed, token, delay) => new Act(deed, token, delay)).Array[1, 6];

    private static readonly Gen<Unit[]> Units = Gen.Select(Acts, Gen.Int[0, 3], Gen.OneOf(Gen.Int[-30_000, 0], Gen.Int[1, 60_000]), Gen.Bool, (acts, end, step, settles) => new Unit(acts, end > 0, step, settles)).Array[1, 12];

    static When_timers_live_at_random() => ScheduleTokenId.UseTokenId<Wake>(wake => wake.Token);

    private enum Deed
    {
        Set,
        Cancel,
        CancelByMessage,
        PutOff,
    }

    [Fact]
    public Task Should_fire_what_the_model_fires_and_answer_as_it_does() => Units.SampleAsync(CheckAsync, iter: Samples, print: units => string.Join("; ", units.Select(unit => unit.ToString())));

    private static async Task CheckAsync(Unit[] units)
    {
        await using var bus = await TestBus.StartAsync(bus =>
        {
            bus.UseDatabase<TimerDb>();
            bus.Registration.AddConsumer<WakeConsumer>().Endpoint(endpoint => endpoint.Name = "wakes");
        });
        var model = new Model([.. Enumerable.Range(0, 5).Select(_ => Guid.NewGuid())]);
        foreach (var unit in units)
        {
            var after = model.Copy();
            await bus.InScopeAsync(services => RunAsync(services, unit, after, bus.Clock));
            if (unit.Commits)
                model = after;
            else
                model.Numbers = after.Numbers;
            if (unit.Step > 0)
                bus.Clock.Advance(TimeSpan.FromMilliseconds(unit.Step));
            if (unit.Step > 0 && !unit.Settles)
                continue;
            await SettleAsync(bus, model);
            // What is due and has not come yet may come or not when the clock goes back: not before it has.
            if (unit.Step < 0)
                bus.Clock.AdjustTime(bus.Clock.GetUtcNow().AddMilliseconds(unit.Step));
        }

        await SettleAsync(bus, model);
        bus.Clock.Advance(TimeSpan.FromDays(1));
        await SettleAsync(bus, model);
        Assert.Empty(model.Waiting);
    }

    private static async Task RunAsync(IServiceProvider services, Unit unit, Model model, TimeProvider clock)
    {
        var db = services.GetRequiredService<TimerDb>();
        var (scheduler, timers) = (services.GetRequiredService<IMessageScheduler>(), services.GetRequiredService<ITimers>());
        await using var transaction = await db.Database.BeginTransactionAsync();
        foreach (var (deed, slot, delay) in unit.Acts)
        {
            var now = clock.GetUtcNow();
            var (token, due) = (model.Tokens[slot], now.AddMilliseconds(delay));
            switch (deed)
            {
                case Deed.Set:
                    await scheduler.ScheduleSend(WakeConsumer.Queue, due.UtcDateTime, new Wake(token, model.Set(token, due, now)));
                    await db.SaveChangesAsync();
                    break;
                case Deed.CancelByMessage:
                    model.Cancel(token, now);
                    await scheduler.CancelScheduledSend(WakeConsumer.Queue, token);
                    await db.SaveChangesAsync();
                    break;
                case Deed.Cancel:
                    model.Cancel(token, now, await timers.CancelAsync(token));
                    break;
                case Deed.PutOff:
                    model.PutOff(token, due, now, await timers.RescheduleAsync(token, due));
                    break;
            }
        }

        if (unit.Commits)
            await transaction.CommitAsync();
    }

    private static async Task SettleAsync(TestBus bus, Model model)
    {
        await bus.SettleAsync(TimeSpan.FromMinutes(1));
        model.Fire(bus.Clock.GetUtcNow());
        var came = bus.Consumed<Wake>().Select(wake => wake.Number).ToArray();
        Assert.Equal(came.Length, came.Distinct().Count());
        Assert.Empty(model.Fired.Except(came));
        Assert.Empty(came.Except(model.Fired).Except(model.Perhaps));
    }

    public sealed record Wake(Guid Token, int Number);

    private sealed record Act(Deed Deed, int Slot, int Delay);

    private sealed record Unit(Act[] Acts, bool Commits, int Step, bool Settles)
    {
        public override string ToString() => $"[{string.Join(", ", Acts.Select(act => $"{act.Deed} {act.Slot} {act.Delay}"))}] {(Commits ? "commit" : "roll back")} {Step} ms{(Settles ? " settle" : "")}";
    }

    private sealed class Model(Guid[] tokens)
    {
        public Guid[] Tokens { get; } = tokens;

        public int Numbers { get; set; }

        public Dictionary<Guid, (int Number, DateTimeOffset Due)> Waiting { get; private init; } = [];

        public HashSet<int> Fired { get; private init; } = [];

        // Was due when it was taken away, and nothing said which came first.
        public HashSet<int> Perhaps { get; private init; } = [];

        public Model Copy() => new(Tokens) { Numbers = Numbers, Waiting = new(Waiting), Fired = [.. Fired], Perhaps = [.. Perhaps] };

        public int Set(Guid token, DateTimeOffset due, DateTimeOffset now)
        {
            Cancel(token, now);
            Waiting[token] = (++Numbers, due);
            return Numbers;
        }

        public void Cancel(Guid token, DateTimeOffset now)
        {
            if (Waiting.Remove(token, out var timer) && timer.Due <= now)
                Perhaps.Add(timer.Number);
        }

        public void Cancel(Guid token, DateTimeOffset now, bool answer)
        {
            Answered(token, now, answer);
            Waiting.Remove(token);
        }

        public void PutOff(Guid token, DateTimeOffset due, DateTimeOffset now, bool answer)
        {
            Answered(token, now, answer);
            if (answer)
                Waiting[token] = (Waiting[token].Number, due);
        }

        public void Fire(DateTimeOffset now)
        {
            foreach (var (token, timer) in Waiting.Where(waiting => waiting.Value.Due <= now).ToArray())
            {
                Waiting.Remove(token);
                Fired.Add(timer.Number);
            }
        }

        private void Answered(Guid token, DateTimeOffset now, bool answer)
        {
            var waits = Waiting.TryGetValue(token, out var timer);
            if (waits && timer.Due <= now && !answer)
            {
                Waiting.Remove(token);
                Fired.Add(timer.Number);
                return;
            }

            Assert.Equal(waits, answer);
        }
    }

    public sealed class TimerDb(DbContextOptions<TimerDb> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddTransactionalOutboxEntities();
    }

    private sealed class WakeConsumer : IConsumer<Wake>
    {
        public static readonly Uri Queue = new("queue:wakes");

        public Task Consume(ConsumeContext<Wake> context) => Task.CompletedTask;
    }
}
