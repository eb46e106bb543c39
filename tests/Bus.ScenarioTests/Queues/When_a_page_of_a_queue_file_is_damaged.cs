using System.Diagnostics;
using Bus.SqliteTransport.Engine;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Queues;

public sealed class When_a_page_of_a_queue_file_is_damaged : IAsyncLifetime
{
    private const int Messages = 3000;
    private const int PageSize = 4096;

    private readonly QueueScenario _scenario = new();

    public async ValueTask InitializeAsync()
    {
        await using var file = await _scenario.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, Messages).Select(_ => file.SendAsync(QueueWorker.Queue, new OutgoingMessage { Body = new byte[1000] }, CancellationToken.None)));
    }

    [Theory]
    [InlineData("busq_delivery")]
    [InlineData("busq_message")]
    public async Task Should_refuse_what_it_cannot_keep_and_say_why_and_what_to_do(string table)
    {
        Damage(await _scenario.AskAsync($"SELECT rootpage FROM sqlite_schema WHERE name = '{table}'"));

        var sender = _scenario.Start("try", "tried");
        await _scenario.WaitAsync(() => _scenario.Lines("tried").Length > 100);
        Assert.All(_scenario.Lines("tried"), line => Assert.Contains("refused", line, StringComparison.Ordinal));
        Assert.All(_scenario.Lines("tried"), line => Assert.Contains(_scenario.QueuePath, line, StringComparison.Ordinal));
        Assert.All(_scenario.Lines("tried"), line => Assert.Contains(".dump", line, StringComparison.Ordinal));
        Assert.InRange(QueueScenario.LogLines(sender), 1, 5);
        Assert.False(sender.HasExited);
    }

    [Fact]
    public async Task Should_say_so_and_rest_where_it_meets_the_damage_while_it_reads()
    {
        Damage((long)await _scenario.AskAsync("PRAGMA page_count") / 2);

        var handler = _scenario.Start("handle", "handled");
        var said = await handler.WaitForLineAsync(QueueWorker.LogMark);
        Assert.Contains(_scenario.QueuePath, said, StringComparison.Ordinal);
        Assert.Contains(".dump", said, StringComparison.Ordinal);
        await AssertRestsAsync(handler);
        Assert.InRange(QueueScenario.LogLines(handler), 1, 5);
    }

    // As the error and the README say.
    [Fact]
    public async Task Should_be_saved_but_for_the_page_by_the_remedy()
    {
        Damage((long)await _scenario.AskAsync("PRAGMA page_count") / 2);
        var (damaged, saved) = (_scenario.Folder["damaged.db"], _scenario.QueuePath);
        File.Move(_scenario.QueuePath, damaged);
        await using (var remedy = ChildProcess.Start("sh", ["-c", $"sqlite3 {damaged} .dump | sed 's/^ROLLBACK.*/COMMIT;/' | sqlite3 {saved}"]))
            Assert.Equal(0, await remedy.WaitForExitAsync());

        _scenario.Start("handle", "handled");
        await _scenario.WaitAsync(() => _scenario.Lines("handled").Length > Messages - 20);
        Assert.Equal("ok", await _scenario.CheckAsync());
    }

    [Fact]
    public async Task Should_say_so_to_a_process_that_had_it_open_before()
    {
        await using var file = await _scenario.OpenAsync();
        Damage((long)await _scenario.AskAsync("PRAGMA page_count") / 2);

        var handler = _scenario.Start("handle", "handled");
        var said = await handler.WaitForLineAsync(QueueWorker.LogMark);
        Assert.Contains("damaged", said, StringComparison.Ordinal);
        await AssertRestsAsync(handler);
    }

    public ValueTask DisposeAsync() => _scenario.DisposeAsync();

    // It has a poll every 50 ms and a retry every 250 ms: a fifth of a core is far too much for it.
    private static async Task AssertRestsAsync(ChildProcess process)
    {
        var (before, since) = (Used(process), Stopwatch.GetTimestamp());
        await Eventually.AssertAsync(
            () =>
            {
                var passed = Stopwatch.GetElapsedTime(since);
                if (passed < TimeSpan.FromMilliseconds(500))
                    return false;
                var used = Used(process) - before;
                (before, since) = (before + used, Stopwatch.GetTimestamp());
                return used < passed / 5;
            },
            because: () => "It spins.");
    }

    private static TimeSpan Used(ChildProcess process)
    {
        using var running = Process.GetProcessById(process.Id);
        return running.TotalProcessorTime;
    }

    private void Damage(object page)
    {
        using var file = new FileStream(_scenario.QueuePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = ((long)page - 1) * PageSize;
        file.Write(Enumerable.Repeat((byte)0xA5, PageSize).ToArray());
    }
}
