using Bus.Jobs.Running;
using Xunit;

namespace Bus.UnitTests.Jobs;

public sealed class When_services_need_threads
{
    private int _threads = 4;

    [Fact]
    public void Should_add_up_and_take_back_what_each_asks_for_once()
    {
        var floor = new ThreadFloor(() => _threads, Set);
        var first = floor.Raise(10);
        var second = floor.Raise(20);
        Assert.Equal(34, _threads);
        first.Dispose();
        first.Dispose();
        Assert.Equal(24, _threads);
        second.Dispose();
        Assert.Equal(4, _threads);
    }

    [Fact]
    public void Should_take_back_nothing_that_the_pool_has_refused()
    {
        var floor = new ThreadFloor(() => _threads, Set);
        floor.Raise(1_000).Dispose();
        Assert.Equal(4, _threads);
    }

    private bool Set(int threads)
    {
        if (threads > 100)
            return false;
        _threads = threads;
        return true;
    }
}
