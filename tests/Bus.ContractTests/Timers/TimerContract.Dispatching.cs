using Bus.ContractTests.Outbox;
using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Timers;

/// <content>What is due goes out: all of it, in order where one was asked for, by one process of several.</content>
public abstract partial class TimerContract
{
    [Fact]
    public async Task Should_keep_the_order_of_a_key()
    {
        await using var service = await StartAsync();
        var sent = new Tokens();
        using var sending = service.Bus.ConnectSendObserver(sent);
        var due = Due;
        var tokens = await ScheduleOfOneKeyAsync(service, due, 20);

        await Eventually.AssertAsync(() => sent.All.Count == 20, TimeSpan.FromSeconds(30));
        Assert.Equal(tokens, sent.All);
    }

    [Fact]
    public async Task Should_not_let_a_key_pass_its_first_that_may_yet_be_cancelled()
    {
        await using var service = await StartAsync();
        var sent = new Tokens();
        using var sending = service.Bus.ConnectSendObserver(sent);
        var due = Due;
        var tokens = await ScheduleOfOneKeyAsync(service, due, 2);
        await service.InScopeAsync(async (db, scope) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            Assert.True(await scope.GetRequiredService<ITimers>().CancelAsync(Guid.Parse(tokens[0])));
            await Eventually.AssertAsync(() => TimeProvider.System.GetUtcNow().UtcDateTime > due.AddSeconds(1), TimeSpan.FromSeconds(30));
            Assert.Empty(sent.All);
            await transaction.RollbackAsync();
        });

        await Eventually.AssertAsync(() => sent.All.Count == 2, TimeSpan.FromSeconds(30));
        Assert.Equal(tokens, sent.All);
    }

    [Fact]
    public async Task Should_park_what_cannot_be_sent_and_go_on()
    {
        await using var service = await StartAsync();
        var due = TimeProvider.System.GetUtcNow().AddHours(-1);
        await service.InScopeAsync(async (db, scope) =>
        {
            for (var number = 1; number <= 10; number++)
            {
                await scope.GetRequiredService<IMessageScheduler>().ScheduleSend(Commands, due.AddSeconds(number).UtcDateTime, new Command(number));
                db.Add(new Persistence.Timers.TimerRow
                {
                    Token = NewId.NextGuid(),
                    DueAt = due.AddSeconds(number).ToUnixTimeMilliseconds(),
                    MessageId = NewId.NextGuid(),
                    Destination = "queue:commands",
                    Metadata = "damaged",
                });
            }

            await db.SaveChangesAsync();
        });

        await Eventually.AssertAsync(() => Came.Length == 10, TimeSpan.FromSeconds(30));
        await Eventually.AssertAsync(async () => (await service.Administration.GetStatusAsync(CancellationToken.None)).Parked == 10, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Should_send_each_once_from_two_processes()
    {
        OutboxService.SkipWhereQueuesAreShared(Database);
        const int count = 400;
        var due = Due;
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        await one.InScopeAsync(async (db, scope) =>
        {
            for (var number = 0; number < count; number++)
                await scope.GetRequiredService<IMessageScheduler>().ScheduleSend(Commands, due, new Command(number));
            await db.SaveChangesAsync();
        });

        await AssertComesAsync(one, due, [.. Enumerable.Range(0, count)]);
    }

    [Fact]
    public async Task Should_send_at_once_what_is_due_already()
    {
        await using var service = await StartAsync();
        await ScheduleAsync(service, DateTime.UnixEpoch, 1);
        await Eventually.AssertAsync(() => Came is [1]);
    }

    [Fact]
    public async Task Should_count_the_time_to_live_from_when_it_is_due_at_last()
    {
        await using var service = await StartAsync();
        var token = Guid.Empty;
        await service.InScopeAsync(async (db, scope) =>
        {
            var scheduled = await scope.GetRequiredService<IMessageScheduler>().ScheduleSend(
                Commands, Due.AddMinutes(-10), new Command(1), Pipe.Execute<SendContext<Command>>(context => context.TimeToLive = TimeSpan.FromMinutes(1)));
            token = scheduled.TokenId;
            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.SaveChangesAsync();
            Assert.True(await scope.GetRequiredService<ITimers>().RescheduleAsync(token, new DateTimeOffset(Due)));
            await transaction.CommitAsync();
        });

        await Eventually.AssertAsync(() => Came is [1], TimeSpan.FromSeconds(30));
    }

    // The tokens in the order of their due times.
    private static async Task<List<string>> ScheduleOfOneKeyAsync(OutboxService service, DateTime first, int count)
    {
        List<string> tokens = [];
        await service.InScopeAsync(async (db, scope) =>
        {
            for (var number = 0; number < count; number++)
            {
                var scheduled = await scope.GetRequiredService<IMessageScheduler>().ScheduleSend(
                    Commands, first.AddMilliseconds(number), new Command(number), Pipe.Execute<SendContext<Command>>(context => context.SetOrderKey("key")));
                tokens.Add(scheduled.TokenId.ToString("D"));
            }

            await db.SaveChangesAsync();
        });
        return tokens;
    }
}
