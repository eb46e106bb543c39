using Bus.ContractTests.Transports.UnderTest;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Transports;

public abstract class SchedulingContract<TTransport> : TransportContract<TTransport>
    where TTransport : TransportUnderTest, new()
{
    // Far enough that a busy machine has made every call before.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(200);
    private readonly Arrivals<int> _seen = new();

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Should_deliver_at_the_time_and_not_before()
    {
        Needs(TransportFeature.ScheduledMessages);
        var node = await StartAsync(Serve);
        var due = Now + Soon;

        await node.ScheduleAsync("work", due + (Apart * 2), new Work(3));
        await node.ScheduleAsync("work", due, new Work(1));
        await node.ScheduleAsync("work", due + Apart, new Work(2));
        await node.SendAsync("work", new Work(0));

        Assert.Equal([0, 1, 2, 3], await _seen.WaitAsync(4));
        Assert.True(Now > due + (Apart * 2) - TimeSpan.FromMilliseconds(50), $"all were there at {Now:O}, the last was due {Apart * 2} after {due:O}");
    }

    [Fact]
    public async Task Should_never_deliver_what_was_cancelled()
    {
        Needs(TransportFeature.CancelledMessages);
        var node = await StartAsync(Serve);
        var due = Now + Soon;
        var cancelled = await node.ScheduleAsync("work", due, new Work(1));

        await node.CancelAsync(cancelled);
        await node.CancelAsync(cancelled);
        await node.ScheduleAsync("work", due + Apart, new Work(2));

        Assert.Equal([2], await _seen.WaitAsync(1));
        await node.StopAsync();
        Assert.Equal([2], _seen.All);
    }

    [Fact]
    public async Task Should_take_no_harm_from_a_cancel_that_comes_too_late()
    {
        Needs(TransportFeature.CancelledMessages);
        var node = await StartAsync(Serve);
        var scheduled = await node.ScheduleAsync("work", Now + Apart, new Work(1));
        await _seen.WaitAsync(1);

        await node.CancelAsync(scheduled);
        await node.SendAsync("work", new Work(2));

        Assert.Equal([1, 2], await _seen.WaitAsync(2));
    }

    [Fact]
    public async Task Should_deliver_after_a_restart_what_was_scheduled_before()
    {
        Needs(TransportFeature.ScheduledMessages);
        Needs(TransportFeature.Durability);
        var first = await StartAsync(Serve);
        await first.ScheduleAsync("work", Now + Soon, new Work(1));
        await first.StopAsync();

        await StartAsync(Serve);

        Assert.Equal([1], await _seen.WaitAsync(1));
    }

    private void Serve(NodeSetup setup)
    {
        Transport.UseScheduler(setup);
        setup.Queue<Work>("work", context =>
        {
            _seen.Add(context.Message.Number);
            return Task.CompletedTask;
        }, endpoint => endpoint.ConcurrentMessageLimit = 1);
    }
}
