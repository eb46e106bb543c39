using Bus.SqliteTransport.Engine;
using Xunit;

namespace Bus.ScenarioTests.Queues;

/// <summary>A full disk, and one that fails to flush, under a process that sends and one that handles, at write and at commit: not SQLite's own limits, but what the system answers.</summary>
public sealed class When_the_disk_under_a_queue_file_fails : IAsyncLifetime
{
    private const int Rounds = 3;
    private const int MaxLogLines = 5 * Rounds;

    private readonly QueueScenario _scenario = new();
    private string _full = "";
    private string _broken = "";

    public async ValueTask InitializeAsync() => (_full, _broken) = await _scenario.UseBadDiskAsync();

    public ValueTask DisposeAsync() => _scenario.DisposeAsync();

    [Fact]
    public Task Should_refuse_aloud_while_the_disk_is_full_and_go_on_by_itself() => FailAsync(_full, "the disk is full. Free some space");

    [Fact]
    public Task Should_refuse_aloud_while_nothing_can_be_flushed_and_go_on_by_itself() => FailAsync(_broken, "Check the disk");

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(200)]
    public async Task Should_survive_a_death_in_the_middle_of_a_checkpoint(int write)
    {
        _scenario.Environment["SHIM_DIE"] = $"{write}";
        var sender = _scenario.Start("try", "tried");
        Assert.Equal(137, await sender.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        _scenario.Environment.Remove("SHIM_DIE");

        _scenario.Start("handle", "handled");
        await _scenario.EmptyAsync();
        Assert.Empty(_scenario.Tried("accepted").Keys.Except(_scenario.Lines("handled")));
        Assert.Equal("ok", await _scenario.CheckAsync());
    }

    [Fact]
    public async Task Should_take_nobody_for_dead_when_nobody_could_write()
    {
        var holders = new[] { _scenario.Start("hold", "first", lockSeconds: 1), _scenario.Start("hold", "second", lockSeconds: 1) };
        await using (var file = await _scenario.OpenAsync())
        {
            await file.SendAsync(QueueWorker.Queue, new OutgoingMessage { Body = [1] }, CancellationToken.None);
            await file.SendAsync(QueueWorker.Queue, new OutgoingMessage { Body = [2] }, CancellationToken.None);
            await Task.WhenAll(holders.Select(holder => holder.WaitForLineAsync("holding")));
        }

        await File.WriteAllTextAsync(_full, "");
        await Task.WhenAll(holders.Select(holder => holder.WaitForLineAsync("disk is full")));
        // Three leases: what is tested is that they pass.
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
        File.Delete(_full);
        await Task.WhenAll(holders.Select(holder => holder.WaitForLineAsync("can be written again")));

        await using var after = await _scenario.OpenAsync();
        Assert.Equal(new QueueDepth(0, 2, 0), (await after.DepthsAsync(CancellationToken.None))[QueueWorker.Queue]);
        Assert.DoesNotContain(holders, holder => holder.Lines.Contains("token cancelled"));
    }

    private async Task FailAsync(string fault, string remedy)
    {
        var (sender, handler) = (_scenario.Start("try", "tried"), _scenario.Start("handle", "handled"));
        for (var round = 0; round < Rounds; round++)
        {
            var (accepted, refused) = (_scenario.Tried("accepted").Count, _scenario.Tried("refused").Count);
            await _scenario.WaitAsync(() => _scenario.Tried("accepted").Count > accepted + 500);
            await File.WriteAllTextAsync(fault, "");
            await _scenario.WaitAsync(() => _scenario.Tried("refused").Count > refused + 100);
            File.Delete(fault);
        }

        var last = _scenario.Tried("accepted").Count;
        await _scenario.WaitAsync(() => _scenario.Tried("accepted").Count > last + 500);
        await sender.KillAsync();
        await _scenario.EmptyAsync();

        Assert.False(handler.HasExited);
        var handled = _scenario.Lines("handled").ToHashSet(StringComparer.Ordinal);
        Assert.Empty(_scenario.Tried("accepted").Keys.Except(handled));
        // A flush comes after the commit, and what could not be flushed may have been handed over already.
        if (fault != _broken)
            Assert.Empty(_scenario.Tried("refused").Keys.Intersect(handled));
        Assert.All(_scenario.Tried("refused").Values, error => Assert.Contains(_scenario.QueuePath, error, StringComparison.Ordinal));
        Assert.All(_scenario.Tried("refused").Values, error => Assert.Contains(remedy, error, StringComparison.Ordinal));
        Assert.All(_scenario.Started, process => Assert.InRange(QueueScenario.LogLines(process), 0, MaxLogLines));
        Assert.Equal("ok", await _scenario.CheckAsync());
    }
}
