using System.Diagnostics;
using Bus.SqliteTransport.Engine;
using Bus.TestSupport;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Bus.ScenarioTests.Queues;

public sealed class When_a_page_of_a_queue_file_is_damaged : IAsyncLifetime
{
    private const int Messages = 3000;
    private const int PageSize = 4096;

    private readonly TemporaryFolder _folder = new();
    private readonly List<ChildProcess> _started = [];

    private string QueuePath => _folder["bus.db"];

    public async ValueTask InitializeAsync()
    {
        await using var file = await OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, Messages).Select(_ => file.SendAsync(QueueWorker.Queue, new OutgoingMessage { Body = new byte[1000] }, CancellationToken.None)));
    }

    [Theory]
    [InlineData("delivery")]
    [InlineData("message")]
    public async Task Should_refuse_what_it_cannot_keep_and_say_why_and_what_to_do(string table)
    {
        Damage(await AskAsync($"SELECT rootpage FROM sqlite_schema WHERE name = '{table}'"));

        var sender = Start("try", "tried");
        await Eventually.AssertAsync(() => Tried().Length > 100);
        Assert.All(Tried(), line => Assert.Contains("refused", line, StringComparison.Ordinal));
        Assert.All(Tried(), line => Assert.Contains(QueuePath, line, StringComparison.Ordinal));
        Assert.All(Tried(), line => Assert.Contains(".recover", line, StringComparison.Ordinal));
        Assert.InRange(LogLines(sender), 1, 5);
        Assert.False(sender.HasExited);
    }

    [Fact]
    public async Task Should_say_so_and_rest_where_it_meets_the_damage_while_it_reads()
    {
        Damage(await AskAsync("PRAGMA page_count") / 2);

        var handler = Start("handle", "handled");
        var said = await handler.WaitForLineAsync(QueueWorker.LogMark);
        Assert.Contains(QueuePath, said, StringComparison.Ordinal);
        Assert.Contains(".recover", said, StringComparison.Ordinal);
        await AssertRestsAsync(handler);
        Assert.InRange(LogLines(handler), 1, 5);
    }

    [Fact]
    public async Task Should_say_so_to_a_process_that_had_it_open_before()
    {
        await using var file = await OpenAsync();
        Damage(await AskAsync("PRAGMA page_count") / 2);

        var handler = Start("handle", "handled");
        var said = await handler.WaitForLineAsync(QueueWorker.LogMark);
        Assert.Contains("damaged", said, StringComparison.Ordinal);
        await AssertRestsAsync(handler);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
            await process.DisposeAsync();
        _folder.Dispose();
    }

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

    private static int LogLines(ChildProcess process) => process.Lines.Count(line => line.StartsWith(QueueWorker.LogMark, StringComparison.Ordinal));

    private string[] Tried()
    {
        using var file = new FileStream(_folder["tried"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n')[..^1];
    }

    private void Damage(long page)
    {
        using var file = new FileStream(QueuePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = (page - 1) * PageSize;
        file.Write(Enumerable.Repeat((byte)0xA5, PageSize).ToArray());
    }

    private async Task<long> AskAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={QueuePath};Pooling=False;Mode=ReadOnly");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private Task<QueueFile> OpenAsync() => QueueFile.OpenAsync(new QueueFileOptions { Path = QueuePath }, NullLogger.Instance, CancellationToken.None);

    private ChildProcess Start(string verb, string journal)
    {
        File.WriteAllText(_folder[journal], "");
        var process = ChildProcess.StartDotnet(typeof(QueueWorker).Assembly.Location, [QueueWorker.Command, verb, QueuePath, _folder[journal], "30"]);
        _started.Add(process);
        return process;
    }
}
