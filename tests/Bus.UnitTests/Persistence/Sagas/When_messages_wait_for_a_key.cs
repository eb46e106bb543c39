using Bus.Persistence.Sagas;
using Xunit;

namespace Bus.UnitTests.Persistence.Sagas;

public sealed class When_messages_wait_for_a_key
{
    private readonly KeyedLock<string> _locks = new();

    [Fact]
    public async Task Should_pass_it_on_in_the_order_of_asking()
    {
        var order = new List<int>();
        var first = await _locks.AcquireAsync("a", CancellationToken.None);
        var waiting = Enumerable.Range(0, 10).Select(TakeAsync).ToList();
        first.Dispose();
        await Task.WhenAll(waiting);
        Assert.Equal(Enumerable.Range(0, 10), order);

        async Task TakeAsync(int number)
        {
            using (await _locks.AcquireAsync("a", CancellationToken.None))
            {
                order.Add(number);
            }
        }
    }

    [Fact]
    public async Task Should_let_other_keys_pass()
    {
        using (await _locks.AcquireAsync("a", CancellationToken.None))
        using (await _locks.AcquireAsync("b", CancellationToken.None))
        {
            Assert.Equal(2, _locks.Count);
        }
    }

    [Fact]
    public async Task Should_step_over_one_that_has_given_up()
    {
        using var cancel = new CancellationTokenSource();
        var first = await _locks.AcquireAsync("a", CancellationToken.None);
        var second = _locks.AcquireAsync("a", cancel.Token).AsTask();
        var third = _locks.AcquireAsync("a", CancellationToken.None).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(third.IsCompleted);
        first.Dispose();
        (await third).Dispose();
        Assert.Equal(0, _locks.Count);
    }

    [Fact]
    public async Task Should_keep_nothing_of_a_key_that_nobody_holds()
    {
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(async i =>
        {
            using (await _locks.AcquireAsync($"{i % 7}", CancellationToken.None))
            {
                await Task.Yield();
            }
        }));
        Assert.Equal(0, _locks.Count);
    }
}
