using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Outbox;

/// <summary>With an outbox, what a caller schedules is scheduled and what it cancels is cancelled if and only if its transaction commits, in that order.</summary>
public class When_a_schedule_is_part_of_a_transaction : DatabaseContract
{
    // Far enough that a busy machine has made every call before.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(4);
    private static readonly Uri Commands = new("queue:commands");
    private readonly TemporaryFolder _queues = new();
    private readonly PutOff _handler = new() { Stores = false };

    private static DateTime Due => (TimeProvider.System.GetUtcNow() + Soon).UtcDateTime;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _queues.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_cancel_if_and_only_if_the_caller_commits(bool commits)
    {
        await using var service = await StartAsync();
        var due = Due;
        var scheduled = await service.Bus.ScheduleAsync(due, 1);

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
    public async Task Should_cancel_if_and_only_if_the_handler_succeeds(bool succeeds)
    {
        await using var service = await StartAsync();
        var due = Due;
        var scheduled = await service.Bus.ScheduleAsync(due, 1);
        _handler.Act = async (context, _) =>
        {
            if (context.Message.Number != 100)
                return;
            await context.CancelScheduledSend(scheduled);
            if (!succeeds)
                throw new InvalidOperationException("After the cancel.");
        };

        await service.SendAsync(new Command(100));
        await Eventually.AssertAsync(() => succeeds ? _handler.Runs.All.Count == 1 : !service.Journal.Faults.IsEmpty);

        await AssertComesAsync(service, due, succeeds ? [] : [1]);
    }

    [Fact]
    public async Task Should_deliver_nothing_that_the_same_transaction_scheduled_and_cancelled()
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
        await service.DrainAsync();

        await AssertComesAsync(service, due, []);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Should_deliver_what_was_scheduled_again_after_its_cancel(bool ordered, bool inOneTransaction)
    {
        await using var service = await StartAsync();
        var due = Due;
        await service.InScopeAsync(async (db, scope) =>
        {
            var endpoint = await scope.GetRequiredService<ISendEndpointProvider>().GetSendEndpoint(Commands);
            for (var number = 0; number < 10; number++)
            {
                var scheduled = await scope.GetRequiredService<IMessageScheduler>().ScheduleSend(Commands, due, new Command(50 + number), Key<Command>());
                if (!inOneTransaction)
                    await db.SaveChangesAsync();
                await scope.GetRequiredService<IMessageScheduler>().CancelScheduledSend(scheduled.Destination, scheduled.TokenId);
                if (!inOneTransaction)
                    await db.SaveChangesAsync();
                await endpoint.Send(new Command(number), Pipe.Execute<SendContext<Command>>(context =>
                {
                    context.Delay = TimeSpan.FromMilliseconds(1);
                    context.Headers.Set(MessageHeaders.SchedulingTokenId, scheduled.TokenId.ToString("D"));
                    if (ordered)
                        context.SetOrderKey("key");
                }));
            }

            await db.SaveChangesAsync();
        });
        await service.DrainAsync();

        await AssertComesAsync(service, due, [.. Enumerable.Range(0, 10)]);

        IPipe<SendContext<T>> Key<T>()
            where T : class => Pipe.Execute<SendContext<T>>(context =>
            {
                if (ordered)
                    context.SetOrderKey("key");
            });
    }

    [Fact]
    public async Task Should_send_a_cancel_that_waits_for_nothing_but_what_is_parked()
    {
        var silent = await StartAsync(outbox => outbox.UseBusOutbox(delivery => delivery.DisableDeliveryService()));
        await silent.InScopeAsync(async (db, scope) =>
        {
            var scheduled = await scope.GetRequiredService<IMessageScheduler>().ScheduleSend(Commands, Due, new Command(1));
            await db.SaveChangesAsync();
            await db.Set<Persistence.Outbox.OutboxMessage>().ExecuteUpdateAsync(set => set.SetProperty(row => row.ParkedAt, 1L));
            await scope.GetRequiredService<IMessageScheduler>().CancelScheduledSend(scheduled.Destination, scheduled.TokenId);
            await db.SaveChangesAsync();
        });
        await silent.DisposeAsync();
        await using var service = await StartAsync();

        await service.DrainAsync();
        Assert.Equal(1, (await service.Administration.GetStatusAsync(CancellationToken.None)).Parked);
    }

    [Fact]
    public async Task Should_cancel_what_another_process_scheduled_and_has_not_sent_yet()
    {
        // Its messages wait until its lease has run out and the other takes over.
        var silent = await StartAsync(outbox => outbox.UseBusOutbox(delivery => delivery.DisableDeliveryService()));
        var due = Due + TimeSpan.FromSeconds(10);
        ScheduledMessage<Command>? scheduled = null;
        await silent.InScopeAsync(async (db, scope) =>
        {
            scheduled = await scope.GetRequiredService<IMessageScheduler>().ScheduleSend(Commands, due, new Command(1));
            await db.SaveChangesAsync();
        });
        await using var service = await StartAsync();

        await service.InScopeAsync(async (db, scope) =>
        {
            await scope.GetRequiredService<IMessageScheduler>().CancelScheduledSend(scheduled!.Destination, scheduled.TokenId);
            await db.SaveChangesAsync();
        });
        await silent.DisposeAsync();
        await service.DrainAsync();

        await AssertComesAsync(service, due, []);
    }

    [Fact]
    public async Task Should_schedule_for_each_consumer_of_a_message_with_its_own_commit()
    {
        await using var service = await StartAsync(more: registration => registration.AddConsumer<SchedulingConsumer>().Endpoint(endpoint => endpoint.Name = "commands"));
        _handler.Act = async (context, _) =>
        {
            if (context.Message.Number != 100)
                return;
            await context.ScheduleSend(TimeSpan.FromMilliseconds(1), new Command(1));
            throw new InvalidOperationException("What the failed one scheduled must not be committed by the other.");
        };

        await service.SendAsync(new Command(100));
        await Eventually.AssertAsync(() => !service.Journal.Faults.IsEmpty && _handler.Runs.All.Any(run => run.Message.Number == 2));
        await service.DrainAsync();

        Assert.DoesNotContain(1, _handler.Runs.All.Select(run => run.Message.Number));
    }

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();

    private Task<OutboxService> StartAsync(Action<IEntityFrameworkOutboxConfigurator>? outbox = null, Action<IBusRegistrationConfigurator>? more = null) =>
        OutboxService.StartAsync<PuttingOffConsumer>(
            Database,
            outbox,
            registration =>
            {
                registration.AddSingleton(_handler);
                more?.Invoke(registration);
            },
            retries: 0,
            shared: _queues);

    /// <summary>Timers fire in the order of their times: one that is due after those that are waited for tells that no more will come.</summary>
    private async Task AssertComesAsync(OutboxService service, DateTime due, int[] expected)
    {
        _handler.Act = (_, _) => Task.CompletedTask;
        await service.Bus.ScheduleAsync(due.AddMilliseconds(300), -1);
        await Eventually.AssertAsync(() => _handler.Runs.All.Any(run => run.Message.Number == -1), TimeSpan.FromSeconds(60));
        await Eventually.AssertAsync(() => expected.All(number => _handler.Runs.All.Any(run => run.Message.Number == number)));
        Assert.Equal(expected, _handler.Runs.All.Select(run => run.Message.Number).Where(number => number is >= 0 and < 100).Order());
    }
}

public sealed class When_a_schedule_is_part_of_a_transaction_on_one_file : When_a_schedule_is_part_of_a_transaction
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}

/// <summary>Succeeds beside another consumer that fails.</summary>
public sealed class SchedulingConsumer : IConsumer<Command>
{
    public Task Consume(ConsumeContext<Command> context) =>
        context.Message.Number == 100 ? context.ScheduleSend(TimeSpan.FromMilliseconds(1), new Command(2)) : Task.CompletedTask;
}

file static class Schedules
{
    /// <summary>Schedules a command past the outbox.</summary>
    public static Task<ScheduledMessage<Command>> ScheduleAsync(this IBus bus, DateTime due, int number) =>
        bus.CreateDelayedMessageScheduler().ScheduleSend(new Uri("queue:commands"), due, new Command(number));
}
