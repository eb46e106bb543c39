using Bus.SqliteTransport.Engine;
using Bus.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Bus.ScenarioTests.Queues;

/// <summary>
/// <c>kill -9</c> says nothing about a power cut: what was written and not synced is still in the system's memory. Here a shim keeps only what was synced, and a new process reads that.
/// </summary>
public sealed class When_the_power_fails_under_a_queue_file
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_still_have_all_that_was_accepted(bool hasCheckpoints)
    {
        var (accepted, found) = await CutAsync("send", hasCheckpoints);

        Assert.True(accepted.Count > 500, $"Only {accepted.Count} were sent.");
        Assert.Empty(accepted.Except(found));
    }

    // Or the test above could not fail. Checkpoints wait for the disk here too, and one right before the cut would leave nothing to lose.
    [Fact]
    public async Task Should_lose_some_where_the_disk_is_not_waited_for()
    {
        var (accepted, found) = await CutAsync("send-unsafe", hasCheckpoints: false);

        Assert.NotEmpty(accepted.Except(found));
    }

    private static async Task<(HashSet<string> Accepted, HashSet<string> Found)> CutAsync(string verb, bool hasCheckpoints)
    {
        using TemporaryFolder folder = new();
        var disk = Directory.CreateDirectory(folder["disk"]).FullName;
        var journal = folder["accepted"];
        var environment = await Shim.BuildAsync(folder, "fsync-shim");
        environment["SHIM_FOLDER"] = disk;
        if (!hasCheckpoints)
            environment["SHIM_WITHHELD"] = "bus-queue-check";
        await using var sender = ChildProcess.StartDotnet(
            typeof(QueueWorker).Assembly.Location,
            [QueueWorker.Command, verb, folder["bus.db"], journal, "30", "0", "1000000"],
            environment);
        await Eventually.AssertAsync(() => Task.FromResult(File.Exists(journal) && Lines(journal).Count > 3000), TimeSpan.FromMinutes(1), () => string.Join('\n', sender.Lines));
        await File.WriteAllTextAsync(Path.Combine(disk, "cut"), "");
        await sender.KillAsync();

        return (Lines(journal), await FoundAsync(Path.Combine(disk, "bus.db")));
    }

    private static HashSet<string> Lines(string journal)
    {
        using var file = new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return [.. reader.ReadToEnd().Split('\n')[..^1].Select(line => line[(line.IndexOf('|', StringComparison.Ordinal) + 1)..])];
    }

    private static async Task<HashSet<string>> FoundAsync(string path)
    {
        HashSet<string> found = new(StringComparer.Ordinal);
        await using var file = await QueueFile.OpenAsync(new QueueFileOptions { Path = path }, NullLogger.Instance, CancellationToken.None);
        await file.ConsumeAsync(
            QueueWorker.Queue,
            new ConsumerOptions
            {
                Prefetch = 100,
                OnDelivery = delivery =>
                {
                    lock (found)
                        found.Add(System.Text.Encoding.UTF8.GetString(delivery.Body));
                    delivery.Complete();
                },
            },
            CancellationToken.None);
        await Eventually.AssertAsync(async () => (await file.DepthsAsync(CancellationToken.None))[QueueWorker.Queue] == default, TimeSpan.FromMinutes(1), () => "The rest does not come.");
        return found;
    }
}
