using Bus.Core.Turns;
using Xunit;

namespace Bus.UnitTests.Core.Turns;

public sealed class When_writers_take_turns
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private readonly WriteTurns _turns = new();

    [Fact]
    public async Task Should_let_them_in_in_the_order_in_which_they_came_whether_or_not_they_wait_with_a_thread()
    {
        List<int> order = [];
        List<Task> writers = [];
        var first = _turns.Enter("first", Long, Nobody);
        for (var number = 0; number < 6; number++)
        {
            var mine = number;
            var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            writers.Add(mine % 2 == 0 ? WithoutThreadAsync(mine, order, came) : Task.Run(() => WithThread(mine, order, came)));
            await came.Task;
            while (_turns.Waiting <= mine)
                await Task.Yield();
        }

        Assert.Empty(order);
        first.Dispose();
        await Task.WhenAll(writers);
        Assert.Equal([0, 1, 2, 3, 4, 5], order);
    }

    [Fact]
    public async Task Should_pass_over_who_gave_up()
    {
        using var patience = new CancellationTokenSource();
        var first = _turns.Enter("first", Long, Nobody);
        var second = _turns.EnterAsync("second", Long, Nobody, patience.Token).AsTask();
        var third = _turns.EnterAsync("third", Long, Nobody, CancellationToken.None).AsTask();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        first.Dispose();
        Assert.Equal("third", (await third).Writer);
    }

    [Fact]
    public async Task Should_let_go_without_a_turn_who_will_not_wait_and_pass_over_him()
    {
        var first = _turns.Enter("first", Long, Nobody);
        var second = _turns.TryEnter("second", TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _turns.Waiting);
        var third = _turns.EnterAsync("third", Long, Nobody, CancellationToken.None).AsTask();
        // He never had one to end.
        second.Dispose();
        Assert.False(third.IsCompleted);
        first.Dispose();
        (await third).Dispose();
        using var alone = _turns.TryEnter("alone", TimeSpan.Zero);
        Assert.False(_turns.EnterAsync("next", Long, Nobody, CancellationToken.None).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Should_take_the_turn_from_who_keeps_it_and_name_him()
    {
        List<string> overruled = [];
        var slow = _turns.Enter("slow", Long, Nobody);
        var next = await _turns.EnterAsync("next", TimeSpan.FromMilliseconds(1), overruled.Add, CancellationToken.None);
        Assert.Equal(["slow"], overruled);

        // Who was overruled ends nobody else's turn.
        slow.Dispose();
        var last = _turns.EnterAsync("last", Long, Nobody, CancellationToken.None).AsTask();
        Assert.False(last.IsCompleted);
        next.Dispose();
        Assert.Equal("last", (await last).Writer);
    }

    [Fact]
    public async Task Should_pass_over_whose_wait_failed()
    {
        using var slow = _turns.Enter("slow", Long, Nobody);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => _turns.EnterAsync("next", TimeSpan.FromMilliseconds(1), _ => throw new InvalidOperationException("The logger."), CancellationToken.None).AsTask());
        _turns.Enter("last", Long, Nobody).Dispose();
        Assert.Equal(0, _turns.Waiting);
    }

    [Fact]
    public void Should_be_the_same_for_all_who_name_a_file() =>
        Assert.Same(WriteTurns.OfFile(Path.Combine(Path.GetTempPath(), "a.db")), WriteTurns.OfFile(Path.Combine(Path.GetTempPath(), "x", "..", "a.db")));

    private static void Nobody(string holder) => Assert.Fail($"{holder} was overruled.");

    private async Task WithoutThreadAsync(int number, List<int> order, TaskCompletionSource came)
    {
        var entering = _turns.EnterAsync("async", Long, Nobody, CancellationToken.None);
        came.SetResult();
        using var turn = await entering;
        order.Add(number);
    }

    private void WithThread(int number, List<int> order, TaskCompletionSource came)
    {
        came.SetResult();
        using var turn = _turns.Enter("thread", Long, Nobody);
        order.Add(number);
    }
}
