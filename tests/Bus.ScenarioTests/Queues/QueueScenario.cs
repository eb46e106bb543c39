using Bus.SqliteTransport.Engine;
using Bus.TestSupport;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bus.ScenarioTests.Queues;

/// <summary>A queue file in a folder of its own, the processes that work on it, and their journals.</summary>
internal sealed class QueueScenario : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<ChildProcess> _started = [];

    public string QueuePath => _folder["bus.db"];

    public TemporaryFolder Folder => _folder;

    /// <summary>Of the processes that are started from now on.</summary>
    public Dictionary<string, string> Environment { get; private set; } = new(StringComparer.Ordinal);

    public IReadOnlyList<ChildProcess> Started => _started;

    /// <summary>The processes that are started from now on have a disk that fails, see disk-shim.c, while the one or the other of these files is there.</summary>
    public async Task<(string Full, string Broken)> UseBadDiskAsync()
    {
        var (full, broken) = (_folder["disk-is-full"], _folder["disk-is-broken"]);
        Environment = await Shim.BuildAsync(_folder, "disk-shim");
        (Environment["SHIM_FULL"], Environment["SHIM_BROKEN"]) = (full, broken);
        return (full, broken);
    }

    public ChildProcess Start(string verb, string journal, int lockSeconds = 30)
    {
        File.WriteAllText(_folder[journal], "");
        var process = ChildProcess.StartDotnet(typeof(QueueWorker).Assembly.Location, [QueueWorker.Command, verb, QueuePath, _folder[journal], $"{lockSeconds}"], Environment);
        _started.Add(process);
        return process;
    }

    public Task<QueueFile> OpenAsync() => QueueFile.OpenAsync(new QueueFileOptions { Path = QueuePath }, NullLogger.Instance, CancellationToken.None);

    /// <summary>What a process has written down so far. The last line of a killed one may be half a line: it stands for nothing.</summary>
    public string[] Lines(string journal)
    {
        using var file = new FileStream(_folder[journal], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return [.. reader.ReadToEnd().Split('\n')[..^1].Select(line => line[(line.IndexOf('|', StringComparison.Ordinal) + 1)..])];
    }

    /// <summary>What the verb <c>try</c> has written down: number to error, which is empty for what was accepted.</summary>
    public Dictionary<string, string> Tried(string what) => Lines("tried")
        .Select(line => line.Split(' ', 3))
        .Where(parts => parts[0] == what)
        .ToDictionary(parts => parts[1], parts => parts.ElementAtOrDefault(2) ?? "", StringComparer.Ordinal);

    public static int LogLines(ChildProcess process) => process.Lines.Count(line => line.StartsWith(QueueWorker.LogMark, StringComparison.Ordinal));

    public Task WaitAsync(Func<bool> condition) => Eventually.AssertAsync(condition, TimeSpan.FromMinutes(1), Output);

    /// <summary>Waits until nothing is in the queue any more.</summary>
    public async Task EmptyAsync()
    {
        await using var file = await OpenAsync();
        await Eventually.AssertAsync(
            async () => (await file.DepthsAsync(CancellationToken.None)).GetValueOrDefault(QueueWorker.Queue) == default, TimeSpan.FromMinutes(1), Output);
    }

    /// <returns>"ok", or what is wrong.</returns>
    public async Task<string> CheckAsync() => (string)await AskAsync("PRAGMA integrity_check");

    public async Task<object> AskAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={QueuePath};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
            await process.DisposeAsync();
        _folder.Dispose();
    }

    private string Output() => string.Join('\n', _started.SelectMany(process => process.Lines).TakeLast(50));
}
