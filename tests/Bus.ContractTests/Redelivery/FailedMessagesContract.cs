using System.Diagnostics;
using Bus.ContractTests.Outbox;
using Bus.Endpoints;
using Bus.TestSupport;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Redelivery;

/// <summary>A message whose attempts are used up waits in the database and comes again, to the consumer that failed, until its redeliveries are used up too.</summary>
public abstract class FailedMessagesContract : IAsyncLifetime
{
    private readonly FailureScript _script = new();

    /// <summary>Transport and database.</summary>
    protected Dictionary<string, string?> Settings { get; } = new()
    {
        ["Bus:Retry:MaxAttempts"] = "2",
        ["Bus:Retry:Strategy"] = "Immediate",
        ["Bus:Retry:RedeliveryJitterPercent"] = "10",
    };

    protected virtual bool HasPartitionKeys => true;

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task Should_come_again_until_it_is_handled_and_leave_no_trace_of_the_failures()
    {
        _script.Act = context => FailureScript.FailUntil(context, 2);
        await using var service = await StartAsync("00:00:00.3", "00:00:00.5", "00:00:01");
        var id = Guid.NewGuid();
        var clock = Stopwatch.StartNew();

        await service.SendAsync(new Command(1), id);
        var runs = await _script.Runs.WaitAsync(5);
        var took = clock.Elapsed;
        await service.DrainAsync();

        Assert.Equal([0, 0, 1, 1, 2], runs.Select(run => run.Redeliveries));
        Assert.All(runs, run => Assert.Equal(id, run.Original));
        Assert.True(took > TimeSpan.FromSeconds(0.75), $"came after {took}");
        await Eventually.AssertAsync(() => _script.Done.Count == 1);
        await AssertStoredAsync(service, 1);
        Assert.Empty(_script.Faults);
        Assert.Empty(_script.Dead.All);
    }

    [Fact]
    public async Task Should_be_given_up_once_when_its_redeliveries_are_used_up()
    {
        _script.Act = _ => throw new TimeoutException("Always.");
        await using var service = await StartAsync("00:00:00.1", "00:00:00.1");

        await service.SendAsync(new Command(1));
        var dead = (await _script.Dead.WaitAsync(1))[0];
        await Eventually.AssertAsync(() => !_script.Faults.IsEmpty);
        await service.DrainAsync();

        Assert.Equal(("AttemptsSpent", "2", "2"), (dead["Bus-Give-Up-Reason"], dead["Bus-Attempts"], dead["Bus-Redeliveries"]));
        Assert.Equal("2", dead[MessageHeaders.RedeliveryCount]);
        Assert.Equal([0, 0, 1, 1, 2, 2], _script.Runs.All.Select(run => run.Redeliveries));
        Assert.Single(_script.Faults);
        Assert.Single(_script.Dead.All);
        Assert.Empty(await service.StoredAsync());
        Assert.Empty(_script.Done);
    }

    [Fact]
    public async Task Should_be_given_up_at_once_when_the_error_is_permanent()
    {
        _script.Act = _ => throw new NotSupportedException("For ever.");
        await using var service = await StartAsync("00:00:00.1");

        await service.SendAsync(new Command(1));
        var dead = (await _script.Dead.WaitAsync(1))[0];

        Assert.Equal(("PermanentError", "1", "0"), (dead["Bus-Give-Up-Reason"], dead["Bus-Attempts"], dead["Bus-Redeliveries"]));
        Assert.Equal(0, await service.WaitingAsync());
        Assert.Single(_script.Runs.All);
    }

    [Fact]
    public async Task Should_hold_no_slot_while_it_waits()
    {
        Settings["Bus:PrefetchCount"] = Settings["Bus:ConcurrentMessageLimit"] = "1";
        _script.Act = context => context.Message.Number == 1 ? FailureScript.FailUntil(context, 1) : Task.CompletedTask;
        await using var service = await StartAsync("00:00:02");

        await service.SendAsync(new Command(1));
        await service.SendAsync(new Command(2));
        var runs = await _script.Runs.WaitAsync(4);

        Assert.Equal([1, 1, 2, 1], runs.Select(run => run.Message.Number));
    }

    [Fact]
    public async Task Should_come_again_once_however_often_the_failed_delivery_is_repeated()
    {
        // The first three find nothing in the inbox, as after a crash before the acknowledgement.
        using var together = new Barrier(3);
        _script.Act = context =>
        {
            if (context.GetRedeliveryCount() == 0 && context.GetRetryAttempt() == 0)
                together.SignalAndWait(TimeSpan.FromSeconds(5));
            return FailureScript.FailUntil(context, 1);
        };
        await using var service = await StartAsync("00:00:01");
        var id = Guid.NewGuid();

        foreach (var _ in Enumerable.Range(0, 3))
            await service.SendAsync(new Command(1), id);
        await Eventually.AssertAsync(() => _script.Runs.All.Any(run => run.Redeliveries == 1), TimeSpan.FromSeconds(30));
        foreach (var _ in Enumerable.Range(0, 3))
            await service.SendAsync(new Command(1), id);
        await service.SendAsync(new Command(2));
        await Eventually.AssertAsync(() => _script.Runs.All.Any(run => run.Message.Number == 2 && run.Redeliveries == 1), TimeSpan.FromSeconds(30));
        await service.DrainAsync();

        Assert.Single(_script.Runs.All, run => run.Message.Number == 1 && run.Redeliveries == 1);
        await AssertStoredAsync(service, 1, 2);
        Assert.Empty(_script.Dead.All);
    }

    [Fact]
    public async Task Should_come_again_in_another_process()
    {
        _script.Act = context => FailureScript.FailUntil(context, 1);
        await using (var gone = await StartAsync("00:00:03"))
        {
            await gone.SendAsync(new Command(1));
            await Eventually.AssertAsync(async () => await gone.WaitingAsync() == 1);
        }

        await using var service = await StartAsync("00:00:03");
        await _script.Runs.WaitAsync(3);
        await service.DrainAsync();

        await AssertStoredAsync(service, 1);
    }

    [Fact]
    public async Task Should_come_again_only_to_the_consumer_that_failed()
    {
        _script.Act = context => FailureScript.FailUntil(context, context.Message.Number);
        await using var service = await StartAsync(WithOther, "00:00:00.1", "00:00:00.1", "00:00:00.1");

        await service.SendAsync(new Command(3));
        await Eventually.AssertAsync(() => _script.Runs.All.Any(run => run.Redeliveries == 3), TimeSpan.FromSeconds(30));
        await service.DrainAsync();

        Assert.Equal([3], _script.OtherRuns);
        await AssertStoredAsync(service, 3);
    }

    [Fact]
    public async Task Should_come_again_to_each_of_two_consumers_that_failed()
    {
        _script.Act = context => FailureScript.FailUntil(context, 1);
        _script.OtherAct = context => FailureScript.FailUntil(context, 2);
        await using var service = await StartAsync(WithOther, "00:00:00.1", "00:00:00.1");

        await service.SendAsync(new Command(1));
        await Eventually.AssertAsync(() => _script.Runs.All.Count == 3 && _script.OtherRuns.Count == 5, TimeSpan.FromSeconds(30));
        await service.DrainAsync();

        Assert.Equal([0, 0, 1], _script.Runs.All.Select(run => run.Redeliveries));
        Assert.Equal(5, _script.OtherRuns.Count);
        await AssertStoredAsync(service, 1);
        Assert.Empty(_script.Dead.All);
    }

    [Fact]
    public async Task Should_say_of_the_consumer_that_gave_up_why_it_did()
    {
        _script.Act = context => FailureScript.FailUntil(context, 1);
        _script.OtherAct = _ => throw new NotSupportedException("For ever.");
        await using var service = await StartAsync(WithOther, "00:00:00.5");

        await service.SendAsync(new Command(1));
        var dead = (await _script.Dead.WaitAsync(1))[0];
        await Eventually.AssertAsync(() => _script.Runs.All.Any(run => run.Redeliveries == 1), TimeSpan.FromSeconds(30));
        await service.DrainAsync();

        Assert.Equal("PermanentError", dead["Bus-Give-Up-Reason"]);
        Assert.Single(_script.Dead.All);
        Assert.Single(_script.OtherRuns);
        await AssertStoredAsync(service, 1);
    }

    [Fact]
    public async Task Should_be_given_up_when_it_would_come_after_its_deadline()
    {
        _script.Act = context => FailureScript.FailUntil(context, 1);
        await using var service = await StartAsync("00:00:03");

        await service.SendAsync(new Command(1), more: context => context.TimeToLive = TimeSpan.FromSeconds(2.5));
        await service.SendAsync(new Command(2), more: context => context.TimeToLive = TimeSpan.FromMinutes(1));
        await Eventually.AssertAsync(() => _script.Runs.All.Any(run => run.Message.Number == 2 && run.Redeliveries == 1), TimeSpan.FromSeconds(30));
        await service.DrainAsync();

        Assert.Equal("0", (await _script.Dead.WaitAsync(1))[0]["Bus-Redeliveries"]);
        Assert.DoesNotContain(_script.Runs.All, run => run.Message.Number == 1 && run.Redeliveries == 1);
        Assert.InRange(_script.Runs.All[^1].Context.ExpirationTime!.Value - TimeProvider.System.GetUtcNow().UtcDateTime, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(58));
        await AssertStoredAsync(service, 2);
    }

    [Fact]
    public async Task Should_keep_what_it_carries()
    {
        _script.Act = context => FailureScript.FailUntil(context, 1);
        await using var service = await StartAsync("00:00:00.1");
        var (conversation, correlation) = (Guid.NewGuid(), Guid.NewGuid());

        await service.SendAsync(new Command(7, "ü"), more: context =>
        {
            (context.ConversationId, context.CorrelationId) = (conversation, correlation);
            context.Headers.Set("tenant", "acme");
            if (HasPartitionKeys)
                context.SetPartitionKey("seven");
        });

        var again = (await _script.Runs.WaitAsync(3))[2];
        Assert.Equal(new Command(7, "ü"), again.Message);
        Assert.Equal((conversation, correlation, "acme"), (again.Context.ConversationId, again.Context.CorrelationId, again.Context.Headers.Get<string>("tenant")));
        if (HasPartitionKeys)
            Assert.Equal("seven", again.Context.PartitionKey());
        await service.DrainAsync();
    }

    [Fact]
    public async Task Should_come_again_without_an_inbox_too()
    {
        _script.Act = context => FailureScript.FailUntil(context, 1);
        await using var service = await StartAsync(bus => bus.Endpoint("commands", endpoint => endpoint.Delivery = DeliveryMode.AtLeastOnce), "00:00:00.1");

        await service.SendAsync(new Command(1));
        var runs = await _script.Runs.WaitAsync(3);

        Assert.Equal([0, 0, 1], runs.Select(run => run.Redeliveries));
        Assert.Empty(_script.Dead.All);
    }

    [Fact]
    public async Task Should_be_given_up_when_it_cannot_be_put_off()
    {
        _script.Act = _ => throw new TimeoutException("Always.");
        await using var service = await StartAsync("00:00:00.1");
        await service.ExecuteAsync("DROP TABLE bus_timer");

        await service.SendAsync(new Command(1));
        var dead = (await _script.Dead.WaitAsync(1))[0];
        await Eventually.AssertAsync(() => _script.Faults.Count == 1);

        Assert.Equal(("AttemptsSpent", "0"), (dead["Bus-Give-Up-Reason"], dead["Bus-Redeliveries"]));
        Assert.Equal(2, _script.Runs.All.Count);
    }

    private static async Task AssertStoredAsync(RedeliveryService service, params int[] expected) => Assert.Equal(expected, await service.StoredAsync());

    private static void WithOther(BusBuilder bus) => bus.Registration.AddConsumer<OtherScriptedConsumer>().Endpoint(endpoint => endpoint.Name = "commands");

    private Task<RedeliveryService> StartAsync(params string[] delays) => StartAsync(_ => { }, delays);

    private Task<RedeliveryService> StartAsync(Action<BusBuilder> configure, params string[] delays)
    {
        for (var index = 0; index < delays.Length; index++)
            Settings[$"Bus:Retry:Redelivery:{index}"] = delays[index];
        return RedeliveryService.StartAsync(Settings, _script, configure);
    }
}
