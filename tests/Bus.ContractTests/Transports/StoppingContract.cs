using Bus.ContractTests.Transports.UnderTest;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Transports;

public abstract class StoppingContract<TTransport> : TransportContract<TTransport>
    where TTransport : TransportUnderTest, new()
{
    private readonly Arrivals<int> _begun = new();
    private readonly Arrivals<int> _ended = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Should_wait_for_what_runs()
    {
        var node = await StartAsync(Serve);
        await node.SendAsync("work", new Work(1));
        await _begun.WaitAsync(1);

        var stopped = node.StopAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => stopped.WaitAsync(TimeSpan.FromMilliseconds(300), TimeProvider.System));
        _release.SetResult();
        await stopped.InTimeAsync();

        Assert.Equal([1], _ended.All);
        await AssertEmptyAsync("work");
    }

    [Fact]
    public async Task Should_hand_back_what_has_not_begun()
    {
        Needs(TransportFeature.Durability);
        var first = await StartAsync(Serve);
        foreach (var number in Enumerable.Range(0, 5))
        {
            await first.SendAsync("work", new Work(number));
        }

        await _begun.WaitAsync(1);
        var stopped = first.StopAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => stopped.WaitAsync(TimeSpan.FromMilliseconds(300), TimeProvider.System));
        _release.SetResult();
        await stopped.InTimeAsync();
        Assert.Equal([0], _ended.All);

        var second = await StartAsync(Serve);
        await _ended.WaitAsync(5);
        await second.StopAsync();
        Assert.Equal(Enumerable.Range(0, 5), _ended.All.Order());
    }

    [Fact]
    public async Task Should_keep_for_the_next_start_what_comes_while_nobody_runs()
    {
        Needs(TransportFeature.Durability);
        _release.SetResult();
        var reader = await StartAsync(Serve);
        await reader.StopAsync();
        var writer = await StartAsync();
        await writer.SendAsync("work", new Work(1));
        await writer.PublishAsync(new Work(2));
        await writer.StopAsync();

        await StartAsync(Serve);

        Assert.Equal([1, 2], (await _ended.WaitAsync(2)).Order());
    }

    [Fact]
    public async Task Should_forget_what_waits_where_told_to_purge()
    {
        Needs(TransportFeature.PurgeOnStart);
        _release.SetResult();
        var reader = await StartAsync(Serve);
        await reader.StopAsync();
        var writer = await StartAsync();
        await writer.SendAsync("work", new Work(1));

        await StartAsync(setup => setup.Queue<Work>("work", HandleAsync, Transport.PurgeOnStart));
        await writer.SendAsync("work", new Work(2));

        Assert.Equal([2], await _ended.WaitAsync(1));
    }

    private void Serve(NodeSetup setup) =>
        setup.Queue<Work>("work", HandleAsync, endpoint => (endpoint.PrefetchCount, endpoint.ConcurrentMessageLimit) = (10, 1));

    private async Task HandleAsync(ConsumeContext<Work> context)
    {
        _begun.Add(context.Message.Number);
        await _release.Task.InTimeAsync();
        _ended.Add(context.Message.Number);
    }
}
