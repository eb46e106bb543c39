using System.Data.Common;
using Bus.ContractTests.Jobs;
using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence;
using Bus.Persistence.Leases;
using Bus.Persistence.Outbox;
using Bus.Persistence.Pulses;
using Bus.Scheduler;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Pulses;

/// <summary>What a process asks again and again, on every database. A pulse of these services comes five times a second.</summary>
public abstract class PulseContract : DatabaseContract
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Should_ask_all_there_is_to_ask_at_rest()
    {
        var opened = new Opened();
        await using var service = await StartAsync(opened);
        using var heard = new Heard("SELECT 1");
        EngineOf(service).Pulse.Attend(heard.Question);
        var (before, after) = (0, 0);
        await Eventually.AssertAsync(
            async () =>
            {
                before = opened.Count;
                await heard.TimesAsync(8);
                after = opened.Count;
                return before == after;
            },
            Patience,
            () => $"In 8 pulses the parts have opened {after - before} connections of their own.");
    }

    [Fact]
    public async Task Should_hear_the_others_when_one_of_them_is_broken()
    {
        await using var service = await StartAsync();
        var pulse = EngineOf(service).Pulse;
        using Heard first = new("SELECT 1", "a"), broken = new("SELECT 1 FROM nowhere", "b"), last = new("SELECT 1", "c");
        pulse.Attend(first.Question);
        await first.TimesAsync(1);
        pulse.Attend(broken.Question);
        pulse.Attend(last.Question);
        await Eventually.AssertAsync(() => !pulse.Tends(broken.Question), Patience);
        await first.TimesAsync(3);
        await last.TimesAsync(3);
        Assert.Equal(0, broken.Times);
        Assert.True(pulse.Tends(first.Question) && pulse.Tends(last.Question));
        var until = await UntilAsync(service);
        await Eventually.AssertAsync(async () => await UntilAsync(service) > until, Patience);
    }

    [Fact]
    public async Task Should_renew_the_lease_while_somebody_keeps_the_turn_to_write()
    {
        await using var service = await StartAsync();
        await Eventually.AssertAsync(async () => await UntilAsync(service) > 0, Patience);
        using var turn = await EngineOf(service).Gate.EnterAsync(CancellationToken.None);
        var until = await UntilAsync(service);
        // Three times: the last could have been on its way. Who waits for his turn waits for ten seconds.
        for (var times = 0; times < 3; times++)
        {
            var last = until;
            await Eventually.AssertAsync(async () => (until = await UntilAsync(service)) > last, TimeSpan.FromSeconds(8));
        }
    }

    [Fact]
    public async Task Should_say_when_a_leader_is_gone_and_keep_one_that_is_not()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        var lease = TimeSpan.FromSeconds(12);
        var (leader, other) = (new LeaderLease<OutboxDb>(EngineOf(first), "test", lease), new LeaderLease<OutboxDb>(EngineOf(second), "test", lease));
        var freed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        other.Freed += () => freed.TrySetResult();
        Assert.True(await leader.HoldAsync(CancellationToken.None));
        Assert.False(await other.HoldAsync(CancellationToken.None));
        var until = await UntilAsync(second, "test");
        // Longer than the lease, in which nobody but the pulse renews it.
        await Eventually.AssertAsync(async () => await UntilAsync(second, "test") > until + lease.TotalMilliseconds, Patience);
        Assert.False(freed.Task.IsCompleted);
        Assert.NotNull(leader.Term);
        Assert.True(other.IsTended);

        await EngineOf(first).Pulse.StopAsync(CancellationToken.None);
        await freed.Task.WaitAsync(Patience);
        Assert.True(await other.HoldAsync(CancellationToken.None));
        Assert.True(other.Term > leader.Term);
    }

    [Fact]
    public async Task Should_not_revive_a_lease_that_was_given_up()
    {
        await using var service = await StartAsync();
        var engine = EngineOf(service);
        var lease = new LeaderLease<OutboxDb>(engine, "test", TimeSpan.FromMinutes(1));
        Assert.True(await lease.HoldAsync(CancellationToken.None));
        var row = await service.QueryAsync(db => db.Set<LeaseRow>().AsNoTracking().SingleAsync(row => row.Name == "test"));
        await lease.ReleaseAsync(CancellationToken.None);
        await using var session = await engine.OpenAsync(CancellationToken.None);
        // As one does that was on its way.
        Assert.Empty(await session.QueryAsync(engine.Dialect.Statements.LeaseBeat, row => row.GetInt64(0), CancellationToken.None, row.Name, row.Holder, row.Term, 60_000L));
        Assert.True(await new LeaderLease<OutboxDb>(engine, "test", TimeSpan.FromMinutes(1)).HoldAsync(CancellationToken.None));
    }

    private static OutboxEngine<OutboxDb> EngineOf(OutboxService service) => service.Services.GetRequiredService<OutboxEngine<OutboxDb>>();

    // When a lease runs out, if none is named that of the service's outbox; 0 before it stands.
    private static Task<long> UntilAsync(OutboxService service, string? lease = null)
    {
        var name = lease ?? OutboxOwner<OutboxDb>.Name(EngineOf(service).Owner.Id);
        return service.QueryAsync(db => db.Set<LeaseRow>().Where(row => row.Name == name).Select(row => row.ExpiresAt).SingleOrDefaultAsync());
    }

    private Task<OutboxService> StartAsync(Opened? opened = null) => OutboxService.StartAsync<PlainConsumer>(Database, bus: registration =>
    {
        registration.AddSingleton(new JobScript());
        registration.AddJobs<OutboxDb>(jobs => jobs.Handle<PingHandler>());
        registration.AddSchedules<OutboxDb>(schedules => schedules.Every("yearly", Cron.Yearly(1, 1, 0), new Note(1)));
        registration.AddDeadLetters<OutboxDb>();
        if (opened is not null)
            registration.ConfigureDbContext<OutboxDb>((_, builder) => builder.AddInterceptors(opened));
    });

    /// <summary>Counts the connections that contexts open.</summary>
    private sealed class Opened : DbConnectionInterceptor
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Interlocked.Increment(ref _count);

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _count);
            return Task.CompletedTask;
        }
    }

    /// <summary>A question, and how often its answer was heard.</summary>
    private sealed class Heard : IDisposable
    {
        private readonly SemaphoreSlim _heard = new(0);
        private int _times;

        public Heard(string sql, string name = "test") => Question = new PulseQuestion(name, TimeSpan.Zero, () => PulseStatement.Whether(sql, [], _ =>
        {
            Interlocked.Increment(ref _times);
            _heard.Release();
        }));

        public PulseQuestion Question { get; }

        public int Times => Volatile.Read(ref _times);

        public void Dispose() => _heard.Dispose();

        public async Task TimesAsync(int times)
        {
            while (_heard.CurrentCount > 0)
                await _heard.WaitAsync();
            for (; times > 0; times--)
                Assert.True(await _heard.WaitAsync(Patience));
        }
    }
}
