using Bus.ContractTests.Transports.UnderTest;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Transports;

public abstract class LimitsContract<TTransport> : TransportContract<TTransport>
    where TTransport : TransportUnderTest, new()
{
    private readonly Occupancy _occupancy = new();
    private readonly Arrivals<int> _seen = new();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Should_run_as_many_as_the_concurrency_limit_says_and_never_more(int limit) =>
        await RunAtAsync(limit, endpoint => (endpoint.PrefetchCount, endpoint.ConcurrentMessageLimit) = (20, limit));

    [Fact]
    public async Task Should_run_as_many_as_the_prefetch_says_where_there_is_no_other_limit() =>
        await RunAtAsync(5, endpoint => endpoint.PrefetchCount = 5);

    [Fact]
    public async Task Should_take_no_more_than_the_prefetch_away_from_other_nodes()
    {
        Needs(TransportFeature.SeveralNodes);
        var first = await StartAsync(setup => setup.Queue<Work>("work", Occupy, endpoint => (endpoint.PrefetchCount, endpoint.ConcurrentMessageLimit) = (3, 1)));
        foreach (var number in Enumerable.Range(0, 5))
        {
            await first.SendAsync("work", new Work(number));
        }

        await _occupancy.ReachAsync(1);
        await TestSupport.Eventually.AssertAsync(async () => await Transport.CountAsync("work") == 2);
        var others = new Arrivals<int>();
        await StartAsync(setup => setup.Queue<Work>("work", context => SeeAsync(others, context)));
        await others.WaitAsync(2);
        _occupancy.Release(5);
        await _seen.WaitAsync(3);

        Assert.Equal([0, 1, 2], _seen.All);
        Assert.Equal([3, 4], others.All.Order());
    }

    [Fact]
    public async Task Should_run_short_messages_past_a_long_one()
    {
        var longDone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (running, peak) = (0, new Arrivals<int>());
        var node = await StartAsync(setup => setup.Queue<Work>("work", async context =>
        {
            peak.Add(Interlocked.Increment(ref running));
            if (context.Message.Number == 0)
            {
                await longDone.Task.InTimeAsync();
            }

            Interlocked.Decrement(ref running);
            _seen.Add(context.Message.Number);
        }, endpoint => (endpoint.PrefetchCount, endpoint.ConcurrentMessageLimit) = (32, 16)));

        await node.SendAsync("work", new Work(0));
        await Task.WhenAll(Enumerable.Range(1, 300).Select(n => node.SendAsync("work", new Work(n))));

        Assert.Equal(Enumerable.Range(1, 300), (await _seen.WaitAsync(300)).Order());
        longDone.SetResult();
        Assert.Contains(0, await _seen.WaitAsync(301));
        Assert.InRange(peak.All.Max(), 1, 16);
    }

    [Fact]
    public async Task Should_let_a_sender_wait_for_room_in_a_full_queue()
    {
        Needs(TransportFeature.LengthLimit);
        var node = await StartAsync(setup => setup.Queue<Work>("work", Occupy, endpoint =>
        {
            endpoint.PrefetchCount = 1;
            Transport.LimitLength(endpoint, 5, TimeSpan.FromSeconds(30));
        }));

        var sending = Task.WhenAll(Enumerable.Range(0, 12).Select(n => node.SendAsync("work", new Work(n))));
        await _occupancy.ReachAsync(1);
        Assert.False(sending.IsCompleted);
        _occupancy.Release(12);

        await sending;
        Assert.Equal(Enumerable.Range(0, 12), (await _seen.WaitAsync(12)).Order());
    }

    [Fact]
    public async Task Should_refuse_what_a_full_queue_cannot_hold_and_keep_what_it_accepted()
    {
        Needs(TransportFeature.RefusedSenders);
        var node = await StartAsync(setup => setup.Queue<Work>("work", Occupy, endpoint =>
        {
            endpoint.PrefetchCount = 1;
            Transport.LimitLength(endpoint, 5, TimeSpan.FromMilliseconds(100));
        }));

        var accepted = 0;
        var refused = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            for (; accepted < 20; accepted++)
            {
                await node.SendAsync("work", new Work(accepted));
            }
        });

        // Whether the one that runs counts is the transport's choice.
        Assert.InRange(accepted, 5, 6);
        Assert.Contains("work", refused.Message, StringComparison.Ordinal);
        _occupancy.Release(20);
        await _seen.WaitAsync(accepted);
        await node.SendAsync("work", new Work(accepted));
        Assert.Equal(Enumerable.Range(0, accepted + 1), await _seen.WaitAsync(accepted + 1));
    }

    private async Task RunAtAsync(int limit, Action<IReceiveEndpointConfigurator> configure)
    {
        var node = await StartAsync(setup => setup.Queue<Work>("work", Occupy, configure));
        await Task.WhenAll(Enumerable.Range(0, 30).Select(n => node.SendAsync("work", new Work(n))));

        await _occupancy.ReachAsync(limit);
        foreach (var done in Enumerable.Range(1, 30))
        {
            _occupancy.Release(1);
            await _seen.WaitAsync(done);
        }

        Assert.Equal(limit, _occupancy.Peak);
    }

    private async Task Occupy(ConsumeContext<Work> context)
    {
        await _occupancy.OccupyAsync();
        _seen.Add(context.Message.Number);
    }

    private static Task SeeAsync(Arrivals<int> seen, ConsumeContext<Work> context)
    {
        seen.Add(context.Message.Number);
        return Task.CompletedTask;
    }
}
