using System.Diagnostics;
using Bus.SqliteTransport.Engine;
using Bus.TestSupport;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Bus.ScenarioTests.Queues;

/// <summary>Four processes on one file, killed at random moments: 10 times in the short form, 100 times over 200,000 messages in the long one. And one that only stands still.</summary>
public sealed class When_processes_on_a_queue_file_die : IAsyncLifetime
{
    private const int PerKill = 2_000;
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("BUS_LONG_TESTS") == "1";
    private static readonly int Kills = IsLong ? 100 : 10;

    private readonly string _folder = Directory.CreateTempSubdirectory("bus-queues-").FullName;
    private readonly List<ChildProcess> _started = [];
    private int _sent;

    private string QueuePath => Path.Combine(_folder, "bus.db");

    private const string Accepted = "accepted";
    private const string Handled = "handled";

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Should_lose_nothing_and_keep_the_order_of_each_key()
    {
        var random = new Random(20_261_123);
        var workers = new[] { Sender(), Sender(), Handler(), Handler() };
        for (var kill = 0; kill < Kills; kill++)
        {
            var goal = Lines(Handled).Length + (PerKill / 2) + random.Next(PerKill);
            await Eventually.AssertAsync(
                () =>
                {
                    foreach (var index in (int[])[0, 1])
                    {
                        if (workers[index].Lines.Contains("all sent"))
                            workers[index] = Sender();
                    }

                    return Task.FromResult(Lines(Handled).Length >= goal);
                },
                TimeSpan.FromMinutes(1),
                () => $"Only {Lines(Handled).Length} of {goal} were handled.\n{Output()}");
            var victim = random.Next(workers.Length);
            await workers[victim].KillAsync();
            workers[victim] = victim < 2 ? Sender() : Handler();
        }

        await workers[0].KillAsync();
        await workers[1].KillAsync();
        await EmptyAsync();
        foreach (var worker in workers)
            await worker.KillAsync();

        Assert.Equal("ok", await IntegrityAsync());
        var handled = Lines(Handled);
        var seen = handled.ToHashSet(StringComparer.Ordinal);
        var accepted = Lines(Accepted);
        Assert.True(accepted.Length >= Kills * PerKill / 2, $"Only {accepted.Length} were sent.");
        Assert.DoesNotContain(accepted, line => !seen.Contains(line));
        AssertOrder(handled);
        TestContext.Current.TestOutputHelper?.WriteLine($"{accepted.Length} accepted, 0 lost, {handled.Length - seen.Count} handled twice, {Kills} kills.");
    }

    [Fact]
    public async Task Should_give_what_a_dead_process_held_to_another_at_once()
    {
        await using var file = await OpenAsync(lockSeconds: 60);
        await file.SendAsync(QueueWorker.Queue, new OutgoingMessage { Body = [1] }, CancellationToken.None);
        var holder = Start("hold", lockSeconds: 60);
        await holder.WaitForLineAsync("holding");
        var taken = new TaskCompletionSource<Delivery>(TaskCreationOptions.RunContinuationsAsynchronously);
        await file.ConsumeAsync(QueueWorker.Queue, new ConsumerOptions { Prefetch = 1, OnDelivery = delivery => taken.TrySetResult(delivery) }, CancellationToken.None);

        await holder.KillAsync();
        var watch = Stopwatch.StartNew();
        var orphan = await taken.Task.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(1, orphan.Deliveries);
        TestContext.Current.TestOutputHelper?.WriteLine($"Delivered again {watch.Elapsed.TotalMilliseconds:0} ms after the death.");
    }

    [Fact]
    public async Task Should_set_aside_a_message_that_three_processes_died_of_and_no_other()
    {
        await using var file = await OpenAsync(lockSeconds: 60);
        await file.SendAsync(QueueWorker.Queue, new OutgoingMessage { Body = [1] }, CancellationToken.None);
        await file.SendAsync("innocent", new OutgoingMessage { Body = [2] }, CancellationToken.None);
        for (var death = 0; death < 3; death++)
        {
            var holder = Start("hold", lockSeconds: 60);
            await holder.WaitForLineAsync("holding");
            await holder.KillAsync();
        }

        await Eventually.AssertAsync(
            async () => (await file.DepthsAsync(CancellationToken.None)).GetValueOrDefault($"{QueueWorker.Queue}_error") == new QueueDepth(1, 0, 0),
            TimeSpan.FromSeconds(30),
            () => "It is not in the error queue.");
        Assert.Equal(new QueueDepth(1, 0, 0), (await file.DepthsAsync(CancellationToken.None))["innocent"]);
    }

    [Fact]
    public async Task Should_leave_alone_a_process_with_a_longer_lease()
    {
        await using var file = await OpenAsync(lockSeconds: 1);
        await file.SendAsync(QueueWorker.Queue, new OutgoingMessage { Body = [1] }, CancellationToken.None);
        var holder = Start("hold", lockSeconds: 60);
        await holder.WaitForLineAsync("holding");
        var other = Start("hold", lockSeconds: 1);
        await file.SendAsync(QueueWorker.Queue, new OutgoingMessage { Body = [2] }, CancellationToken.None);
        await other.WaitForLineAsync("holding");

        // The one with the short lease is declared dead, by the same watchers and the same rule; then the other would have been too.
        await SignalAsync(other, "-STOP");
        await Eventually.AssertAsync(
            async () => (await file.DepthsAsync(CancellationToken.None))[QueueWorker.Queue] == new QueueDepth(1, 1, 0), TimeSpan.FromSeconds(30), () => Output());
        await SignalAsync(other, "-CONT");
    }

    [Fact]
    public async Task Should_refuse_what_a_process_does_that_stood_still_for_three_leases()
    {
        await using var file = await OpenAsync(lockSeconds: 1);
        await file.SendAsync(QueueWorker.Queue, new OutgoingMessage { Body = [1] }, CancellationToken.None);
        var zombie = Start("hold", lockSeconds: 1);
        await zombie.WaitForLineAsync("holding");
        var taken = new TaskCompletionSource<Delivery>(TaskCreationOptions.RunContinuationsAsynchronously);
        await file.ConsumeAsync(QueueWorker.Queue, new ConsumerOptions { Prefetch = 1, OnDelivery = delivery => taken.TrySetResult(delivery) }, CancellationToken.None);

        await SignalAsync(zombie, "-STOP");
        var again = await taken.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await SignalAsync(zombie, "-CONT");

        await zombie.WaitForLineAsync("token cancelled");
        await zombie.WaitForLineAsync("refused");
        again.Complete();
        Assert.DoesNotContain("stolen", (await file.DepthsAsync(CancellationToken.None)).Keys);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
            await process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // Of one key the numbers grow; one may come twice, but never after its successor.
    private static void AssertOrder(string[] handled)
    {
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in handled)
        {
            var (key, number) = (line[..line.IndexOf(' ', StringComparison.Ordinal)], long.Parse(line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
            if (number % 2 != 0)
                continue;
            Assert.True(number >= last.GetValueOrDefault(key, -1), $"Of the key {key} the message {number} was handled after {last.GetValueOrDefault(key)}.");
            last[key] = number;
        }
    }

    private static async Task SignalAsync(ChildProcess process, string signal)
    {
        await using var kill = ChildProcess.Start("kill", [signal, process.Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    // The journals of all processes of a kind, merged. The last line of a killed one may be half a line: it stands for nothing.
    private string[] Lines(string kind)
    {
        List<(long Instant, string Text)> lines = [];
        foreach (var path in Directory.GetFiles(_folder, $"{kind}-*"))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file);
            foreach (var line in reader.ReadToEnd().Split('\n')[..^1])
                lines.Add((long.Parse(line[..line.IndexOf('|', StringComparison.Ordinal)]), line[(line.IndexOf('|', StringComparison.Ordinal) + 1)..]));
        }

        return [.. lines.OrderBy(line => line.Instant).Select(line => line.Text)];
    }

    private async Task EmptyAsync()
    {
        await using var file = await OpenAsync(lockSeconds: 30);
        QueueDepth depth = default;
        await Eventually.AssertAsync(
            async () => (depth = (await file.DepthsAsync(CancellationToken.None))[QueueWorker.Queue]) == default, TimeSpan.FromMinutes(2), () => $"Still there: {depth}.\n{Output()}");
    }

    private async Task<string?> IntegrityAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={QueuePath};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string?)await command.ExecuteScalarAsync();
    }

    private Task<QueueFile> OpenAsync(double lockSeconds) => QueueFile.OpenAsync(
        new QueueFileOptions { Path = QueuePath, LockDuration = TimeSpan.FromSeconds(lockSeconds) }, NullLogger.Instance, CancellationToken.None);

    private ChildProcess Sender()
    {
        var first = _sent;
        _sent += 3 * PerKill;
        return Start("send", lockSeconds: 30, Accepted, $"{first}", $"{3 * PerKill}");
    }

    private ChildProcess Handler() => Start("handle", lockSeconds: 30, Handled);

    private ChildProcess Start(string verb, int lockSeconds, string? log = null, params string[] more)
    {
        var process = ChildProcess.StartDotnet(
            typeof(QueueWorker).Assembly.Location, [QueueWorker.Command, verb, QueuePath, Path.Combine(_folder, $"{log ?? "log"}-{_started.Count}"), $"{lockSeconds}", .. more]);
        _started.Add(process);
        return process;
    }

    private string Output() => string.Join('\n', _started.SelectMany(process => process.Lines).TakeLast(50));
}
