using Bus.ContractTests.Transports.UnderTest;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Outbox;

/// <summary>A handler behind the inbox may put its message off by hand: what it did is committed, and the message comes back to be handled once more.</summary>
public abstract class RedeliveryContract : DatabaseContract
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);
    private readonly PutOff _putOff = new();

    protected virtual bool QueueFile => false;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_run_a_message_again_each_time_it_was_put_off(bool stores)
    {
        _putOff.Stores = stores;
        _putOff.Act = (context, _) => context.GetRedeliveryCount() < 2 ? context.Redeliver(Soon) : Task.CompletedTask;
        await using var service = await StartAsync();
        var id = Guid.NewGuid();

        await service.SendAsync(new Command(1), id);
        var runs = await _putOff.Runs.WaitAsync(3);
        await SettleAsync(service);

        Assert.Equal([0, 1, 2], runs.Select(run => run.Redeliveries));
        Assert.Equal(3, runs.Select(run => run.Id).Distinct().Count());
        Assert.All(runs, run => Assert.Equal(id, run.Original));
        Assert.Equal(stores ? 3 : 0, await CountAsync(service));
    }

    [Fact]
    public async Task Should_run_a_message_again_that_was_deferred()
    {
        _putOff.Act = (context, _) => context.GetOriginalMessageId() == context.MessageId ? RabbitMqDeferMessageExtensions.Defer(context, Soon) : Task.CompletedTask;
        await using var service = await StartAsync();

        await service.SendAsync(new Command(1));
        await _putOff.Runs.WaitAsync(2);
        await SettleAsync(service);

        Assert.Equal(2, await CountAsync(service));
    }

    [Fact]
    public async Task Should_put_off_once_what_came_three_times_and_failed_before()
    {
        _putOff.Act = async (context, run) =>
        {
            if (context.GetRedeliveryCount() == 0)
                await context.Redeliver(Soon);
            if (run == 1)
                throw new InvalidOperationException("After it was put off.");
        };
        await using var service = await StartAsync();
        var id = Guid.NewGuid();

        foreach (var _ in Enumerable.Range(0, 3))
            await service.SendAsync(new Command(1), id);
        await Eventually.AssertAsync(() => _putOff.Runs.All.Any(run => run.Redeliveries == 1));
        await SettleAsync(service);

        Assert.Equal(1, _putOff.Runs.All.Count(run => run.Redeliveries == 1));
        Assert.Equal(2, await CountAsync(service));
    }

    [Fact]
    public async Task Should_keep_what_the_message_carries_and_add_what_the_callback_says()
    {
        _putOff.Act = (context, _) => context.GetRedeliveryCount() == 0 ? context.Redeliver(Soon, (_, send) => send.Headers.Set("why", "busy")) : Task.CompletedTask;
        await using var service = await StartAsync();
        var (conversation, correlation) = (Guid.NewGuid(), Guid.NewGuid());
        var endpoint = await service.Bus.GetSendEndpoint(new Uri("queue:commands"));

        await endpoint.Send(new Command(7, "ü"), context =>
        {
            (context.ConversationId, context.CorrelationId) = (conversation, correlation);
            context.Headers.Set("tenant", "acme");
        });

        var again = (await _putOff.Runs.WaitAsync(2))[1];
        Assert.Equal(new Command(7, "ü"), again.Message);
        Assert.Equal((conversation, correlation), (again.Context.ConversationId, again.Context.CorrelationId));
        Assert.Equal(("acme", "busy"), (again.Context.Headers.Get<string>("tenant"), again.Context.Headers.Get<string>("why")));
        Assert.True(again.Context.SupportedMessageTypes.Any());
        await SettleAsync(service);
    }

    [Fact]
    public async Task Should_run_only_the_consumer_that_put_the_message_off()
    {
        _putOff.Act = (context, _) => context.GetRedeliveryCount() == 0 ? context.Redeliver(Soon) : Task.CompletedTask;
        await using var service = await StartAsync(registration => registration.AddConsumer<OtherConsumer>().Endpoint(endpoint => endpoint.Name = "commands"));

        await service.SendAsync(new Command(1));
        await _putOff.Runs.WaitAsync(2);
        await service.SendAsync(new Command(2));
        await _putOff.Runs.WaitAsync(4);
        await SettleAsync(service);

        await Eventually.AssertAsync(() => service.Journal.Done.Count >= 3);
        await service.DrainAsync();
        Assert.Equal([-1, 1, 2], service.Journal.Done.Select(done => done.Number).Order());
    }

    [Fact]
    public async Task Should_not_take_what_the_copy_publishes_for_the_copy()
    {
        _putOff.Act = async (context, _) =>
        {
            if (context.GetRedeliveryCount() == 0)
            {
                await context.Redeliver(Soon);
                return;
            }

            var endpoint = await context.GetSendEndpoint(context.ReceiveContext.InputAddress);
            if (context.Message.Number == 1)
            {
                await endpoint.Send(new Command(10));
                await endpoint.Send(new Command(11));
            }
        };
        await using var service = await StartAsync();

        await service.SendAsync(new Command(1));
        var runs = await _putOff.Runs.WaitAsync(6);
        await SettleAsync(service);

        Assert.Equal([1, 1, 10, 10, 11, 11], runs.Select(run => run.Message.Number).Order());
    }

    private Task<OutboxService> StartAsync(Action<IBusRegistrationConfigurator>? more = null) => OutboxService.StartAsync<PuttingOffConsumer>(
        Database,
        bus: registration =>
        {
            registration.AddSingleton(_putOff);

            // One after the other, so that the last has seen the end of those before.
            registration.AddConfigureEndpointsCallback((_, endpoint) => endpoint.ConcurrentMessageLimit = 1);
            more?.Invoke(registration);
        },
        queueFile: QueueFile);

    private static Task<int> CountAsync(OutboxService service) => service.QueryAsync(db => db.Entries.CountAsync());

    /// <summary>Whatever else was to come of it has come: its outbox is empty, and a message that was sent later has been handled later.</summary>
    private async Task SettleAsync(OutboxService service)
    {
        await service.DrainAsync();
        var before = _putOff.Runs.All.Count;
        var act = _putOff.Act;
        _putOff.Act = (context, run) => context.Message.Number == -1 ? Task.CompletedTask : act(context, run);
        var stores = _putOff.Stores;
        _putOff.Stores = false;
        await service.SendAsync(new Command(-1));
        await _putOff.Runs.WaitAsync(before + 1);
        _putOff.Stores = stores;
        Assert.Equal(-1, _putOff.Runs.All[^1].Message.Number);
        await service.DrainAsync();
    }
}

/// <summary>What the consumers of one test do and saw.</summary>
public sealed class PutOff
{
    private int _runs;

    public Arrivals<PutOffRun> Runs { get; } = new();

    public bool Stores { get; set; } = true;

    public Func<ConsumeContext<Command>, int, Task> Act { get; set; } = (_, _) => Task.CompletedTask;

    public int Next() => Interlocked.Increment(ref _runs);
}

public sealed record PutOffRun(ConsumeContext<Command> Context)
{
    public Command Message => Context.Message;

    public Guid? Id { get; } = Context.MessageId;

    public Guid? Original { get; } = Context.GetOriginalMessageId();

    public int Redeliveries { get; } = Context.GetRedeliveryCount();
}

public sealed class PuttingOffConsumer(PutOff putOff, OutboxDb db) : IConsumer<Command>
{
    public async Task Consume(ConsumeContext<Command> context)
    {
        var run = putOff.Next();
        if (putOff.Stores)
            db.Entries.Add(new Entry { Number = context.Message.Number });
        await putOff.Act(context, run);
        putOff.Runs.Add(new PutOffRun(context));
    }
}

public sealed class OtherConsumer : IConsumer<Command>
{
    public Task Consume(ConsumeContext<Command> context) => context.Publish(new Done(context.Message.Number));
}
