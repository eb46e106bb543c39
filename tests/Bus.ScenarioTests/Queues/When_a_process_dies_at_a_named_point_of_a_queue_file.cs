using System.Text;
using Bus.Core.Faults;
using Bus.SqliteTransport.Engine;
using Xunit;

namespace Bus.ScenarioTests.Queues;

/// <summary>As by <c>kill -9</c>, exactly there. Death in the middle of a checkpoint, which is within SQLite, is among the tests of the disk.</summary>
public sealed class When_a_process_dies_at_a_named_point_of_a_queue_file : IAsyncLifetime
{
    private const int Messages = 300;

    private readonly QueueScenario _scenario = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _scenario.DisposeAsync();

    [Theory]
    [InlineData(FaultPoints.DuringQueueJoin, 1)]
    [InlineData(FaultPoints.BeforeQueueCommit, 5)]
    [InlineData(FaultPoints.AfterQueueCommit, 3)]
    [InlineData(FaultPoints.AfterQueueCommit, 6)]
    [InlineData(FaultPoints.BeforeQueueHandOver, 1)]
    [InlineData(FaultPoints.BeforeQueueHandOver, 50)]
    [InlineData(FaultPoints.BeforeQueueAcknowledge, 1)]
    [InlineData(FaultPoints.BeforeQueueAcknowledge, 50)]
    public async Task Should_have_another_handle_what_it_had(string point, int times)
    {
        await using (var file = await _scenario.OpenAsync())
        {
            for (var number = 0; number < Messages; number++)
                await file.SendAsync(QueueWorker.Queue, new OutgoingMessage { Body = Encoding.UTF8.GetBytes($"{number}"), PartitionKey = $"{number % 10}" }, CancellationToken.None);
        }

        await DieAsync("handle", "dead", point, times);
        _scenario.Start("handle", "handled");
        await _scenario.EmptyAsync();

        // Of the ten keys each ran in order; what ran when its process died runs once more, nothing else.
        var (before, after) = (_scenario.Lines("dead"), _scenario.Lines("handled"));
        Assert.Equal(Enumerable.Range(0, Messages).Select(number => $"{number}").Order(), before.Union(after).Order());
        Assert.All(after.GroupBy(number => number[^1]), key => Assert.Equal(key.OrderBy(int.Parse), key));
        Assert.InRange(before.Length + after.Length, Messages, Messages + 32);
        Assert.Equal("ok", await _scenario.CheckAsync());
    }

    [Theory]
    [InlineData(FaultPoints.DuringQueueJoin, 1)]
    [InlineData(FaultPoints.BeforeQueueCommit, 20)]
    [InlineData(FaultPoints.AfterQueueCommit, 20)]
    public async Task Should_still_have_what_it_had_accepted(string point, int times)
    {
        await DieAsync("try", "tried", point, times);
        var handler = _scenario.Start("handle", "handled");
        await handler.WaitForLineAsync("handling");
        await _scenario.EmptyAsync();

        Assert.Empty(_scenario.Tried("accepted").Keys.Except(_scenario.Lines("handled")));
        Assert.Empty(_scenario.Tried("refused"));
        Assert.Equal("ok", await _scenario.CheckAsync());
    }

    private async Task DieAsync(string verb, string journal, string point, int times)
    {
        _scenario.Environment[FaultPoint.Variable] = $"{point}:{times}";
        Assert.Equal(137, await _scenario.Start(verb, journal).WaitForExitAsync());
        _scenario.Environment.Remove(FaultPoint.Variable);
    }
}
