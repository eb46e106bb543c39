using System.Collections.Concurrent;
using Bus.SqliteTransport.Engine;
using Bus.SqliteTransport.Receiving;
using Xunit;

namespace Bus.UnitTests.SqliteTransport;

public sealed class When_messages_are_handed_over : IDisposable
{
    private readonly ConcurrentDictionary<FakeDelivery, TaskCompletionSource> _running = new();
    private readonly SemaphoreSlim _began = new(0);

    [Fact]
    public async Task Should_run_as_many_as_the_limit_and_no_more()
    {
        var pool = new DispatchPool(limit: 3, HoldAsync);
        var deliveries = Deliver(pool, 10);
        for (var ended = 0; ended < deliveries.Length; ended++)
        {
            var expected = Math.Min(3, deliveries.Length - ended);
            await BeganAsync(ended == 0 ? 3 : expected < 3 ? 0 : 1);
            Assert.Equal(expected, _running.Count);
            End(_running.Keys.First());
        }

        pool.BeginNoMore();
        await pool.Idle.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Should_run_each_once_when_they_end_at_once()
    {
        var seen = new ConcurrentDictionary<Delivery, int>();
        var all = new TaskCompletionSource();
        var pool = new DispatchPool(limit: 4, (_, delivery) =>
        {
            seen.AddOrUpdate(delivery, 1, (_, count) => count + 1);
            if (seen.Count == 5000)
                all.TrySetResult();
            return Task.CompletedTask;
        });
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => Deliver(pool, 1000))));
        await all.Task.WaitAsync(TestContext.Current.CancellationToken);
        pool.BeginNoMore();
        await pool.Idle.WaitAsync(TestContext.Current.CancellationToken);
        Assert.All(seen.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Should_give_back_uncounted_what_has_not_begun_when_it_stops()
    {
        var pool = new DispatchPool(limit: 2, HoldAsync);
        var deliveries = Deliver(pool, 5);
        await BeganAsync(2);
        pool.BeginNoMore();
        var late = Deliver(pool, 1);
        pool.GiveBackWaiting();
        Assert.False(pool.Idle.IsCompleted);
        foreach (var running in _running.Keys)
            End(running);
        await pool.Idle.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal([false, false, false, false], deliveries.Concat(late).Where(delivery => delivery.AbandonedCounted is not null).Select(delivery => delivery.AbandonedCounted));
    }

    public void Dispose() => _began.Dispose();

    private static FakeDelivery[] Deliver(DispatchPool pool, int count)
    {
        var deliveries = Enumerable.Range(0, count).Select(_ => new FakeDelivery()).ToArray();
        Array.ForEach(deliveries, pool.Deliver);
        return deliveries;
    }

    private Task HoldAsync(DispatchPool.Worker worker, Delivery delivery)
    {
        var end = new TaskCompletionSource();
        _running[(FakeDelivery)delivery] = end;
        _began.Release();
        return end.Task;
    }

    private async Task BeganAsync(int count)
    {
        for (; count > 0; count--)
            Assert.True(await _began.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    private void End(FakeDelivery delivery)
    {
        Assert.True(_running.TryRemove(delivery, out var end));
        end.SetResult();
    }

    private sealed class FakeDelivery : Delivery
    {
        public bool? AbandonedCounted { get; private set; }

        public override byte[] Body => [];

        public override byte[] Headers => [];

        public override string? RoutingKey => null;

        public override string? PartitionKey => null;

        public override int Deliveries => 0;

        public override CancellationToken LeaseLost => CancellationToken.None;

        public override ValueTask StartAsync() => ValueTask.CompletedTask;

        public override void Complete()
        {
        }

        public override void Abandon(TimeSpan delay, bool counted) => AbandonedCounted = counted;

        public override Task MoveAsync(string queue, byte[] headers, CancellationToken cancellationToken) => Task.CompletedTask;

        public override Task DeferAsync(TimeSpan delay, byte[]? headers, bool othersMayOvertake, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
