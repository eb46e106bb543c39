using System.Text;
using Bus.ContractTests.Transports.UnderTest;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Transports;

public abstract class FailingContract<TTransport> : TransportContract<TTransport>
    where TTransport : TransportUnderTest, new()
{
    private readonly Arrivals<string> _seen = new();

    [Fact]
    public async Task Should_move_what_fails_to_the_error_queue_as_it_came_with_the_exception()
    {
        var wire = new WireTap();
        var errors = new Arrivals<ConsumeContext<Work>>();
        var node = await StartAsync(setup => setup
            .Bus(bus => bus.ConnectReceiveObserver(wire))
            .Queue<Work>("work", _ => throw new InvalidOperationException("It broke: äöü"))
            .Side<Work>("work_error", context =>
            {
                errors.Add(context);
                return Task.CompletedTask;
            }));

        var id = NewId.NextGuid();
        await node.SendAsync("work", new Work(1), context =>
        {
            context.MessageId = id;
            context.Headers.Set("mine", "kept");
        });

        var error = Assert.Single(await errors.WaitAsync(1));
        Assert.Equal(id, error.MessageId);
        Assert.Equal("kept", error.Headers.Get<string>("mine"));
        var headers = error.ReceiveContext.TransportHeaders;
        Assert.Equal("fault", headers.Get<string>(MessageHeaders.Reason));
        Assert.Equal("It broke: äöü", headers.Get<string>(MessageHeaders.FaultMessage));
        Assert.Contains(nameof(InvalidOperationException), headers.Get<string>(MessageHeaders.FaultExceptionType), StringComparison.Ordinal);
        Assert.Contains(nameof(FailingContract<>), headers.Get<string>(MessageHeaders.FaultStackTrace), StringComparison.Ordinal);
        Assert.Equal("work", WireTap.QueueOf(new Uri(headers.Get<string>(MessageHeaders.FaultInputAddress)!)));
        Assert.NotNull(headers.Get<string>(MessageHeaders.FaultTimestamp));
        var received = wire.Received.All;
        Assert.Equal(received.Single(r => r.Queue == "work").Body, received.Single(r => r.Queue == "work_error").Body);
    }

    [Fact]
    public async Task Should_move_what_nobody_handles_to_the_skipped_queue()
    {
        var wire = new WireTap();
        var node = await StartAsync(setup => setup
            .Bus(bus => bus.ConnectReceiveObserver(wire))
            .Queue("work", See<Work>("work"))
            .Side("work_skipped", See<Other>("skipped")));

        await node.SendAsync("work", new Other(1));
        await node.SendAsync("work", new Work(2));
        await _seen.WaitAsync(2);
        await node.StopAsync();

        Assert.Equal(["skipped", "work"], _seen.All.Order());
        Assert.Equal("dead-letter", Assert.Single(wire.Received.All, r => r.Queue == "work_skipped").Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ not json")]
    [InlineData("{}")]
    public async Task Should_move_what_cannot_be_read_to_the_error_queue_and_serve_the_next(string text)
    {
        var wire = new WireTap();
        var body = Encoding.UTF8.GetBytes(text);
        var node = await StartAsync(setup => setup
            .Bus(bus => bus.ConnectReceiveObserver(wire))
            .Queue("work", See<Work>("work"), endpoint => endpoint.ConcurrentMessageLimit = 1)
            .Side("work_error", See<Work>("error")));

        await node.SendAsync("work", new Work(1), context => context.Serializer = new RawBody(body, "application/vnd.masstransit+json"));
        await node.SendAsync("work", new Work(2));

        Assert.Equal(["work"], await _seen.WaitAsync(1));
        var received = await wire.Received.WaitAsync(3);
        var error = received.First(r => r.Queue == "work_error");
        Assert.Equal(body, error.Body);
        Assert.Equal("fault", error.Reason);
    }

    [Fact]
    public async Task Should_try_again_in_place()
    {
        var node = await StartAsync(setup => setup.Queue<Work>("work", context =>
        {
            _seen.Add($"try {context.GetRetryAttempt()}");
            return context.GetRetryAttempt() < 2 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
        }, endpoint => endpoint.UseMessageRetry(retry => retry.Immediate(3))));

        await node.SendAsync("work", new Work(1));
        await _seen.WaitAsync(3);
        await node.StopAsync();

        Assert.Equal(["try 0", "try 1", "try 2"], _seen.All);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_deliver_again_later_without_holding_a_worker(bool raw)
    {
        Needs(TransportFeature.DelayedRedelivery);
        var clock = TimeProvider.System;
        var (delay, failed, elapsed) = (TimeSpan.FromMilliseconds(1500), 0L, TimeSpan.Zero);
        var node = await StartAsync(setup => (raw ? setup.Bus(bus => bus.UseRawJsonSerializer(isDefault: true)) : setup)
            .Queue<Work>("work", context =>
            {
                var count = context.GetRedeliveryCount();
                elapsed = count == 1 ? clock.GetElapsedTime(failed) : elapsed;
                _seen.Add($"{context.Message.Number}: {count} {context.Headers.Get<string>("mine")}");
                if (context.Message.Number == 2 || count == 2)
                {
                    return Task.CompletedTask;
                }

                failed = clock.GetTimestamp();
                throw new InvalidOperationException("not yet");
            }, endpoint =>
            {
                endpoint.ConcurrentMessageLimit = 1;
                endpoint.UseDelayedRedelivery(retry => retry.Intervals(delay, TimeSpan.FromMilliseconds(50)));
            }));

        await node.SendAsync("work", new Work(1), context => context.Headers.Set("mine", "kept"));
        await _seen.WaitAsync(1);
        await node.SendAsync("work", new Work(2));

        // The one worker serves the second message while the first waits.
        Assert.Equal(["1: 0 kept", "2: 0 ", "1: 1 kept", "1: 2 kept"], await _seen.WaitAsync(4));
        Assert.True(elapsed >= delay - TimeSpan.FromMilliseconds(50), $"came after {elapsed}");
        await AssertEmptyAsync("work");
    }

    [Fact]
    public async Task Should_deliver_again_after_a_restart_what_was_put_off_before()
    {
        Needs(TransportFeature.DelayedRedelivery);
        Needs(TransportFeature.Durability);
        void Serve(NodeSetup setup) => setup.Queue<Work>("work", context =>
        {
            _seen.Add($"try {context.GetRedeliveryCount()}");
            return context.GetRedeliveryCount() == 0 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
        }, endpoint => endpoint.UseDelayedRedelivery(retry => retry.Interval(1, TimeSpan.FromSeconds(2))));
        var first = await StartAsync(Serve);
        await first.SendAsync("work", new Work(1));
        await _seen.WaitAsync(1);
        await first.StopAsync();
        Assert.Equal(["try 0"], _seen.All);

        await StartAsync(Serve);

        Assert.Equal(["try 0", "try 1"], await _seen.WaitAsync(2));
    }

    [Fact]
    public async Task Should_end_in_the_error_queue_when_redeliveries_are_used_up()
    {
        Needs(TransportFeature.DelayedRedelivery);
        var node = await StartAsync(setup => setup
            .Queue<Work>("work", context =>
            {
                _seen.Add($"try {context.GetRedeliveryCount()}");
                throw new InvalidOperationException("never");
            }, endpoint => endpoint.UseDelayedRedelivery(retry => retry.Interval(2, TimeSpan.FromMilliseconds(20))))
            .Side("work_error", See<Work>("error")));

        await node.SendAsync("work", new Work(1));

        Assert.Equal(["try 0", "try 1", "try 2", "error"], await _seen.WaitAsync(4));
    }

    private MessageHandler<T> See<T>(string what)
        where T : class =>
        _ =>
        {
            _seen.Add(what);
            return Task.CompletedTask;
        };
}
