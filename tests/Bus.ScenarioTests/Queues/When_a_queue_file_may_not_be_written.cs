using System.Runtime.Versioning;
using Bus.SqliteTransport.Engine;
using Bus.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Bus.ScenarioTests.Queues;

/// <summary>Rights that are missing. Root may write everything, so there the process runs without the capability that lets it.</summary>
[SupportedOSPlatform("linux")]
public sealed class When_a_queue_file_may_not_be_written : IAsyncLifetime
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Enterable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly TemporaryFolder _folder = new();

    private string Data => _folder["data"];

    public ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Data);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Should_say_so_where_the_folder_is_read_only_and_the_file_missing()
    {
        File.SetUnixFileMode(Data, Enterable);

        await AssertRefusedAsync("cannot be opened");
    }

    [Fact]
    public async Task Should_say_so_where_the_folder_is_read_only_and_the_file_is_not()
    {
        await MakeAsync();
        File.SetUnixFileMode(Data, Enterable);

        await AssertRefusedAsync("cannot be");
    }

    [Fact]
    public async Task Should_say_so_where_the_file_is_read_only()
    {
        await MakeAsync();
        File.SetUnixFileMode(Path.Combine(Data, "bus.db"), Readable);

        await AssertRefusedAsync("cannot be written");
    }

    [Fact]
    public async Task Should_end_the_host_with_an_exit_code()
    {
        var queues = Path.Combine(Data, "queues.db");
        await File.WriteAllTextAsync(queues, "");
        File.SetUnixFileMode(queues, Readable);

        await using var host = Start(Path.Combine(AppContext.BaseDirectory, "Bus.Host.dll"), "serve", "--urls=http://127.0.0.1:0", $"--Bus:DataFolder={Data}");
        Assert.Equal(1, await host.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        Assert.Contains(host.Lines, line => line.StartsWith($"The bus cannot start: The queue file {queues} cannot be used: it cannot be written. Give this user the right", StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync()
    {
        File.SetUnixFileMode(Data, Enterable | UnixFileMode.UserWrite);
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ChildProcess Start(string assembly, params string[] arguments) => Environment.IsPrivilegedProcess
        ? ChildProcess.Start("setpriv", ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", "dotnet", assembly, .. arguments])
        : ChildProcess.StartDotnet(assembly, arguments);

    private async Task MakeAsync()
    {
        await using var file = await QueueFile.OpenAsync(new QueueFileOptions { Path = Path.Combine(Data, "bus.db") }, NullLogger.Instance, CancellationToken.None);
    }

    private ChildProcess Worker() => Start(typeof(QueueWorker).Assembly.Location, QueueWorker.Command, "try", Path.Combine(Data, "bus.db"), _folder["journal"], "30");

    private async Task AssertRefusedAsync(string what)
    {
        await using var worker = Worker();
        Assert.NotEqual(0, await worker.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        Assert.Contains(worker.Lines, line => line.Contains($"The queue file {Path.Combine(Data, "bus.db")} cannot be used: it {what}", StringComparison.Ordinal) && line.Contains("this user", StringComparison.Ordinal));
    }
}
