using Bus.Persistence.DeadLetters;
using Xunit;

namespace Bus.UnitTests.Persistence.DeadLetters;

public sealed class When_many_letters_are_in_memory
{
    private readonly ByteRoom _room = new(100);

    [Fact]
    public async Task Should_let_in_as_many_bytes_as_fit_and_the_next_when_one_leaves()
    {
        var (first, second) = (await EnterAsync(60), await EnterAsync(40));
        var third = EnterAsync(50);
        Assert.False(third.IsCompleted);
        second.Dispose();
        second.Dispose();
        Assert.False(third.IsCompleted);
        first.Dispose();
        (await third).Dispose();
    }

    [Fact]
    public async Task Should_let_in_what_is_longer_than_the_whole_alone()
    {
        var small = await EnterAsync(1);
        var large = EnterAsync(1_000);
        var behind = EnterAsync(1);
        // It waits its turn, and none that would fit goes before it: else it would wait for ever.
        Assert.False(large.IsCompleted || behind.IsCompleted);
        small.Dispose();
        var inside = await large;
        Assert.False(behind.IsCompleted);
        inside.Dispose();
        (await behind).Dispose();
    }

    [Fact]
    public async Task Should_keep_no_place_for_one_that_gave_up()
    {
        using var gaveUp = new CancellationTokenSource();
        var inside = await EnterAsync(80);
        var given = _room.EnterAsync(90, gaveUp.Token);
        var behind = EnterAsync(20);
        await gaveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        (await behind).Dispose();
        inside.Dispose();
        using var all = await EnterAsync(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _room.EnterAsync(1, gaveUp.Token));
    }

    [Fact]
    public void Should_read_no_more_letters_together_than_fit()
    {
        Assert.Equal(2, LetterBlock.Fit([60, 40, 1], 100));
        Assert.Equal(1, LetterBlock.Fit([1_000, 1], 100));
        Assert.Equal(1, LetterBlock.Fit([1, 1_000], 100));
        Assert.Equal(0, LetterBlock.Fit([], 100));
        Assert.Equal(1, LetterBlock.Fit([int.MaxValue, int.MaxValue], 100));
    }

    private Task<IDisposable> EnterAsync(long bytes) => _room.EnterAsync(bytes, TestContext.Current.CancellationToken);
}
