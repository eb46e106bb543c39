using System.Collections.Concurrent;
using Bus.ContractTests.Outbox;
using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using MassTransit.Scheduling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Timers;

/// <summary>What a message that waits for its time owes, on a transport that delays nothing by itself: part of the caller's transaction, sent once, not before, and not after its cancel.</summary>
public abstract partial class TimerContract : DatabaseContract
{
    // Far enough that a busy machine has made every call before.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);
    private static readonly Uri Commands = new("queue:commands");
    private readonly TemporaryFolder _queues = new();
    private readonly PutOff _handler = new() { Stores = false };

    static TimerContract() => ScheduleTokenId.UseTokenId<Command>(command => Guid.TryParse(command.Text, out var token) ? token : NewId.NextGuid());

    private static DateTime Due => (TimeProvider.System.GetUtcNow() + Soon).UtcDateTime;

    private int[] Came => [.. _handler.Runs.All.Select(run => run.Message.Number).Where(number => number is >= 0 and < 100_000).Order()];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _queues.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Should_send_what_is_due_and_nothing_before()
    {
        await using var service = await StartAsync();
        var due = Due;
        DateTimeOffset? came = null;
        _handler.Act = (_, _) =>
        {
            came = TimeProvider.System.GetUtcNow();
            return Task.CompletedTask;
        };

        await ScheduleAsync(service, due, 1);

        Assert.Equal(1, await WaitingAsync(service));
        await Eventually.AssertAsync(() => Came is [1]);
        Assert.True(came!.Value.UtcDateTime >= due.AddMilliseconds(-1), $"due {due:O}, came {came:O}");
        await Eventually.AssertAsync(async () => await WaitingAsync(service) == 0);
    }

    [Fact]
    public async Task Should_keep_what_is_due_in_the_last_year_there_is()
    {
        await using var service = await StartAsync();
        await ScheduleAsync(service, DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc), 1);
        await ScheduleAsync(service, TimeProvider.System.GetUtcNow().UtcDateTime, 2);
        await Eventually.AssertAsync(() => Came is [2]);
        Assert.Equal(1, await WaitingAsync(service));
    }

    [Fact]
    public async Task Should_send_nothing_of_a_transaction_that_was_rolled_back()
    {
        await using var service = await StartAsync();
        var due = Due;
        await service.InScopeAsync(async (db, scope) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await scope.GetRequiredService<IMessageScheduler>().ScheduleSend(Commands, due, new Command(1));
            await db.SaveChangesAsync();
            await transaction.RollbackAsync();
        });

        await AssertComesAsync(service, due, []);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_cancel_if_and_only_if_the_caller_commits(bool commits)
    {
        await using var service = await StartAsync();
        var due = Due;
        var scheduled = await ScheduleAsync(service, due, 1);

        await service.InScopeAsync(async (db, scope) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await scope.GetRequiredService<IMessageScheduler>().CancelScheduledSend(scheduled.Destination, scheduled.TokenId);
            await db.SaveChangesAsync();
            if (commits)
                await transaction.CommitAsync();
            else
                await transaction.RollbackAsync();
        });

        await AssertComesAsync(service, due, commits ? [] : [1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_schedule_and_cancel_if_and_only_if_the_handler_succeeds(bool succeeds)
    {
        await using var service = await StartAsync();
        var due = Due;
        var scheduled = await ScheduleAsync(service, due, 1);
        _handler.Act = async (context, _) =>
        {
            if (context.Message.Number != 100_000)
                return;
            await context.CancelScheduledSend(scheduled);
            await context.ScheduleSend(Commands, due, new Command(2));
            if (!succeeds)
                throw new InvalidOperationException("After the cancel.");
        };

        await service.SendAsync(new Command(100_000));
        await Eventually.AssertAsync(() => succeeds ? _handler.Runs.All.Count == 1 : !service.Journal.Faults.IsEmpty);

        await AssertComesAsync(service, due, succeeds ? [2] : [1]);
    }

    [Fact]
    public async Task Should_say_whether_a_cancel_came_in_time()
    {
        await using var service = await StartAsync();
        var due = Due;
        var scheduled = await ScheduleAsync(service, due, 1);
        var fired = await ScheduleAsync(service, DateTime.UnixEpoch, 2);
        await Eventually.AssertAsync(() => Came is [2]);

        await service.InScopeAsync(async (_, scope) =>
        {
            var timers = scope.GetRequiredService<ITimers>();
            Assert.Equal(scheduled.TokenId, Assert.Single(await timers.ListAsync(new TimerQuery { Destination = "commands", DueBefore = new DateTimeOffset(due.AddSeconds(1)) })).Token);
            Assert.Contains(nameof(Command), Assert.Single((await timers.FindAsync(scheduled.TokenId))!.MessageTypes), StringComparison.Ordinal);
            Assert.True(await timers.CancelAsync(scheduled.TokenId));
            Assert.False(await timers.CancelAsync(scheduled.TokenId));
            Assert.False(await timers.CancelAsync(fired.TokenId));
            Assert.False(await timers.RescheduleAsync(fired.TokenId, DateTimeOffset.UnixEpoch));
            Assert.Equal(new TimerCounts(0, 0, 0, null), await timers.CountAsync());
        });
        await AssertComesAsync(service, due, [2]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_cancel_with_an_answer_if_and_only_if_the_caller_commits(bool commits)
    {
        await using var service = await StartAsync();
        var due = Due;
        var scheduled = await ScheduleAsync(service, due, 1);
        await service.InScopeAsync(async (db, scope) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            Assert.True(await scope.GetRequiredService<ITimers>().CancelAsync(scheduled.TokenId));
            if (commits)
                await transaction.CommitAsync();
        });
        await AssertComesAsync(service, due, commits ? [] : [1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_cancel_with_an_answer_if_and_only_if_the_handler_succeeds(bool succeeds)
    {
        await using var service = await StartAsync();
        var due = Due;
        var scheduled = await ScheduleAsync(service, due, 1);
        bool? answer = null;
        _handler.Act = async (context, _) =>
        {
            if (context.Message.Number != 100_000)
                return;
            answer = await context.GetPayload<IServiceProvider>().GetRequiredService<ITimers>().CancelAsync(scheduled.TokenId);
            if (!succeeds)
                throw new InvalidOperationException("After the cancel.");
        };
        await service.SendAsync(new Command(100_000));
        await Eventually.AssertAsync(() => succeeds ? _handler.Runs.All.Count == 1 : !service.Journal.Faults.IsEmpty);

        Assert.True(answer);
        await AssertComesAsync(service, due, succeeds ? [] : [1]);
    }

    [Fact]
    public async Task Should_send_earlier_what_was_rescheduled()
    {
        await using var service = await StartAsync();
        var scheduled = await ScheduleAsync(service, Due.AddDays(1), 1);
        await service.InScopeAsync(async (_, scope) => Assert.True(await scope.GetRequiredService<ITimers>().RescheduleAsync(scheduled.TokenId, DateTimeOffset.UnixEpoch)));
        await Eventually.AssertAsync(() => Came is [1]);
    }

    [Fact]
    public async Task Should_send_nothing_that_the_same_transaction_scheduled_and_cancelled()
    {
        await using var service = await StartAsync();
        var due = Due;

        await service.InScopeAsync(async (db, scope) =>
        {
            var scheduler = scope.GetRequiredService<IMessageScheduler>();
            for (var number = 0; number < 50; number++)
            {
                var scheduled = await scheduler.ScheduleSend(Commands, due, new Command(number));
                await scheduler.CancelScheduledSend(scheduled.Destination, scheduled.TokenId);
            }

            await db.SaveChangesAsync();
        });

        await AssertComesAsync(service, due, []);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_replace_a_timer_of_the_same_token(bool inOneTransaction)
    {
        await using var service = await StartAsync();
        var due = Due;
        await service.InScopeAsync(async (db, scope) =>
        {
            var scheduler = scope.GetRequiredService<IMessageScheduler>();
            for (var number = 0; number < 10; number++)
            {
                var token = NewId.NextGuid().ToString();
                var scheduled = await scheduler.ScheduleSend(Commands, due, new Command(50 + number, token));
                if (!inOneTransaction)
                    await db.SaveChangesAsync();
                if (number % 2 == 0)
                    await scheduler.CancelScheduledSend(scheduled.Destination, scheduled.TokenId);
                Assert.Equal(scheduled.TokenId, (await scheduler.ScheduleSend(Commands, due.AddMilliseconds(10), new Command(number, token))).TokenId);
            }

            await db.SaveChangesAsync();
        });

        Assert.Equal(10, await WaitingAsync(service));
        await AssertComesAsync(service, due, [.. Enumerable.Range(0, 10)]);
    }

    [Theory]
    [InlineData(typeof(UnguardedConsumer))]
    [InlineData(typeof(UnguardedContextConsumer))]
    public async Task Should_commit_at_once_where_there_is_nothing_to_be_part_of(Type consumer)
    {
        await using var service = await StartAsync(more: registration => registration.AddConsumer(consumer).Endpoint(endpoint => endpoint.Name = "unguarded"));
        var due = Due;
        await service.Bus.Publish(new Note(7));
        await Eventually.AssertAsync(async () => await WaitingAsync(service) == 1);
        await AssertComesAsync(service, due, [7]);
    }

    [Fact]
    public async Task Should_put_off_two_messages_of_one_token_each()
    {
        await using var service = await StartAsync();
        var token = NewId.NextGuid().ToString();
        _handler.Act = (context, _) => context.GetRedeliveryCount() == 0 && context.Message.Number < 100_000 ? context.Redeliver(TimeSpan.FromMilliseconds(200)) : Task.CompletedTask;

        await service.SendAsync(new Command(1, token));
        await service.SendAsync(new Command(2, token));

        await Eventually.AssertAsync(() => _handler.Runs.All.Count(run => run.Redeliveries == 1) == 2, TimeSpan.FromSeconds(30));
        Assert.Equal([1, 1, 2, 2], Came);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_be_part_of_a_transaction_that_is_open_where_nothing_is_captured(bool commits)
    {
        await using var service = await StartAsync(more: registration => registration.AddConsumer<TransactingConsumer>().Endpoint(endpoint => endpoint.Name = "unguarded"));
        var due = Due;
        await service.Bus.Publish(new Note(7, commits ? "commit" : "roll back"));
        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 1);
        await AssertComesAsync(service, due, commits ? [7] : []);
    }

    [Fact]
    public async Task Should_send_what_a_process_left_that_ended()
    {
        var due = Due;
        await using (var gone = await StartAsync())
            await ScheduleAsync(gone, due, 1);
        await using var service = await StartAsync();
        await AssertComesAsync(service, due, [1]);
    }

    protected virtual Action<IBusRegistrationConfigurator>? Transport => null;

    protected virtual TemporaryFolder? QueueFolder(TemporaryFolder folder) => null;

    private static Task<int> WaitingAsync(OutboxService service) => service.QueryAsync(db => db.Set<Persistence.Timers.TimerRow>().CountAsync());

    private static async Task<ScheduledMessage<Command>> ScheduleAsync(OutboxService service, DateTime due, int number)
    {
        ScheduledMessage<Command>? scheduled = null;
        await service.InScopeAsync(async (db, scope) =>
        {
            scheduled = await scope.GetRequiredService<IMessageScheduler>().ScheduleSend(Commands, due, new Command(number));
            await db.SaveChangesAsync();
        });
        return scheduled!;
    }

    private Task<OutboxService> StartAsync(Action<IBusRegistrationConfigurator>? more = null) =>
        OutboxService.StartAsync<PuttingOffConsumer>(
            Database,
            bus: registration =>
            {
                registration.AddSingleton(_handler);
                more?.Invoke(registration);
            },
            retries: 0,
            shared: QueueFolder(_queues),
            transport: Transport);

    /// <summary>Waits for one that is due after those that are waited for: then no more of them is in the table, and what was sent comes before long.</summary>
    private async Task AssertComesAsync(OutboxService service, DateTime due, int[] expected)
    {
        _handler.Act = (_, _) => Task.CompletedTask;
        await ScheduleAsync(service, due.AddMilliseconds(300), -1);
        await Eventually.AssertAsync(() => _handler.Runs.All.Any(run => run.Message.Number == -1), TimeSpan.FromSeconds(60));
        await Eventually.AssertAsync(() => expected.All(Came.Contains), TimeSpan.FromSeconds(30));
        await service.DrainAsync();
        Assert.Equal(expected, Came);
    }
}
