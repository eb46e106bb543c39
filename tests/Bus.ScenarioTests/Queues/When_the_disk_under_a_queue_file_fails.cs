using Bus.SqliteTransport.Engine;
using Bus.TestSupport;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Bus.ScenarioTests.Queues;

/// <summary>A full disk, and one that fails to flush, under a process that sends and one that handles, at write and at commit: not SQLite's own limits, but what the system answers.</summary>
public sealed class When_the_disk_under_a_queue_file_fails : IAsyncLifetime
{
    private const int Rounds = 3;
    private const int MaxLogLines = 5 * Rounds;

    private readonly TemporaryFolder _folder = new();
    private readonly List<ChildProcess> _started = [];
    private Dictionary<string, string> _environment = [];

    private string QueuePath => _folder["bus.db"];

    private string Full => _folder["disk-is-full"];

    private string Broken => _folder["disk-is-broken"];

    public async ValueTask InitializeAsync()
    {
        _environment = await Shim.BuildAsync(_folder, "disk-shim");
        (_environment["SHIM_FULL"], _environment["SHIM_BROKEN"]) = (Full, Broken);
    }

    [Fact]
    public Task Should_refuse_aloud_while_the_disk_is_full_and_go_on_by_itself() => FailAsync(Full, "the disk is full. Free some space");

    [Fact]
    public Task Should_refuse_aloud_while_nothing_can_be_flushed_and_go_on_by_itself() => FailAsync(Broken, "Check the disk");

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(200)]
    public async Task Should_survive_a_death_in_the_middle_of_a_checkpoint(int write)
    {
        _environment["SHIM_DIE"] = $"{write}";
        var sender = Start("try", "tried");
        Assert.Equal(137, await sender.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        _environment.Remove("SHIM_DIE");

        Start("handle", "handled");
        await EmptyAsync();
        Assert.Empty(Tried("accepted").Keys.Except(Lines("handled")));
        Assert.Equal("ok", await IntegrityAsync());
    }

    [Fact]
    public async Task Should_take_nobody_for_dead_when_nobody_could_write()
    {
        var holders = new[] { Start("hold", "first", lockSeconds: 1), Start("hold", "second", lockSeconds: 1) };
        await using (var file = await OpenAsync())
        {
            await file.SendAsync(QueueWorker.Queue, new OutgoingMessage { Body = [1] }, CancellationToken.None);
            await file.SendAsync(QueueWorker.Queue, new OutgoingMessage { Body = [2] }, CancellationToken.None);
            await Task.WhenAll(holders.Select(holder => holder.WaitForLineAsync("holding")));
        }

        await File.WriteAllTextAsync(Full, "");
        await Task.WhenAll(holders.Select(holder => holder.WaitForLineAsync("disk is full")));
        // Three leases: what is tested is that they pass.
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
        File.Delete(Full);
        await Task.WhenAll(holders.Select(holder => holder.WaitForLineAsync("can be written again")));

        await using var after = await OpenAsync();
        Assert.Equal(new QueueDepth(0, 2, 0), (await after.DepthsAsync(CancellationToken.None))[QueueWorker.Queue]);
        Assert.DoesNotContain(holders, holder => holder.Lines.Contains("token cancelled"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
            await process.DisposeAsync();
        _folder.Dispose();
    }

    private async Task FailAsync(string fault, string remedy)
    {
        var (sender, handler) = (Start("try", "tried"), Start("handle", "handled"));
        for (var round = 0; round < Rounds; round++)
        {
            var (accepted, refused) = (Tried("accepted").Count, Tried("refused").Count);
            await WaitAsync(() => Tried("accepted").Count > accepted + 500);
            await File.WriteAllTextAsync(fault, "");
            await WaitAsync(() => Tried("refused").Count > refused + 100);
            File.Delete(fault);
        }

        var last = Tried("accepted").Count;
        await WaitAsync(() => Tried("accepted").Count > last + 500);
        await sender.KillAsync();
        await EmptyAsync();

        Assert.False(handler.HasExited);
        var handled = Lines("handled").ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Tried("accepted").Keys.Except(handled));
        Assert.Empty(Tried("refused").Keys.Intersect(handled));
        Assert.All(Tried("refused").Values, error => Assert.Contains(QueuePath, error, StringComparison.Ordinal));
        Assert.All(Tried("refused").Values, error => Assert.Contains(remedy, error, StringComparison.Ordinal));
        Assert.All(_started, process => Assert.InRange(process.Lines.Count(line => line.StartsWith(QueueWorker.LogMark, StringComparison.Ordinal)), 0, MaxLogLines));
        Assert.Equal("ok", await IntegrityAsync());
    }

    private Task WaitAsync(Func<bool> condition) => Eventually.AssertAsync(condition, TimeSpan.FromMinutes(1), Output);

    private Task EmptyAsync() => Eventually.AssertAsync(
        async () =>
        {
            await using var file = await OpenAsync();
            return (await file.DepthsAsync(CancellationToken.None))[QueueWorker.Queue] == default;
        },
        TimeSpan.FromMinutes(1),
        Output);

    private Task<QueueFile> OpenAsync() => QueueFile.OpenAsync(new QueueFileOptions { Path = QueuePath }, NullLogger.Instance, CancellationToken.None);

    private ChildProcess Start(string verb, string journal, int lockSeconds = 30)
    {
        var process = ChildProcess.StartDotnet(typeof(QueueWorker).Assembly.Location, [QueueWorker.Command, verb, QueuePath, _folder[journal], $"{lockSeconds}"], _environment);
        _started.Add(process);
        return process;
    }

    // Number to error; the error of what was accepted is empty.
    private Dictionary<string, string> Tried(string what) => Lines("tried")
        .Select(line => line.Split(' ', 3))
        .Where(parts => parts[0] == what)
        .ToDictionary(parts => parts[1], parts => parts.ElementAtOrDefault(2) ?? "", StringComparer.Ordinal);

    private string[] Lines(string journal)
    {
        if (!File.Exists(_folder[journal]))
            return [];
        using var file = new FileStream(_folder[journal], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return [.. reader.ReadToEnd().Split('\n')[..^1].Select(line => line[(line.IndexOf('|', StringComparison.Ordinal) + 1)..])];
    }

    private async Task<string?> IntegrityAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={QueuePath};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string?)await command.ExecuteScalarAsync();
    }

    private string Output() => string.Join('\n', _started.SelectMany(process => process.Lines).TakeLast(50));
}
