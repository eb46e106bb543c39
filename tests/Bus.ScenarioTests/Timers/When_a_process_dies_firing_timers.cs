using Bus.Core.Faults;
using Bus.TestSupport;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Bus.ScenarioTests.Timers;

/// <summary>One process schedules and is killed before anything is due; one fires and dies at a named point, as by <c>kill -9</c>; a third does the rest. Each timer has its effect once.</summary>
public sealed class When_a_process_dies_firing_timers : IAsyncDisposable
{
    private const int Timers = 100;
    private const string Counts = "SELECT count(*) || ' rung, ' || count(DISTINCT number) || ' timers' FROM rung";

    // Each fails once, so that the first to be committed are those that are put off.
    private static readonly string[] Redelivery = ["--Fail=true", "--Bus:Retry:MaxAttempts=1", "--Bus:Retry:Redelivery:0=00:00:01"];

    private readonly TemporaryFolder _folder = new();
    private readonly List<ChildProcess> _workers = [];

    [Theory]
    [InlineData(FaultPoints.BeforeTimerTake)]
    [InlineData(FaultPoints.AfterTimerTake)]
    [InlineData(FaultPoints.BeforeTimerCommit)]
    [InlineData(FaultPoints.AfterTimerCommit)]
    public Task Should_fire_each_once_in_a_folder(string point) => RunAsync(point, CountInFileAsync, $"--Bus:DataFolder={_folder.FullPath}");

    [Theory]
    [InlineData(FaultPoints.BeforeCommit)]
    [InlineData(FaultPoints.AfterCommit)]
    [InlineData(FaultPoints.BeforeAcknowledge)]
    public Task Should_redeliver_each_once_in_a_folder(string point) =>
        RunAsync(point, CountInFileAsync, [$"--Bus:DataFolder={_folder.FullPath}", .. Redelivery]);

    [Theory]
    [InlineData(FaultPoints.AfterCommit)]
    [InlineData(FaultPoints.BeforeAcknowledge)]
    public Task Should_redeliver_each_once_on_RabbitMq_and_PostgreSql(string point) => RunOnServersAsync(point, Redelivery);

    [Fact]
    public Task Should_fire_each_once_on_RabbitMq_and_PostgreSql() => RunOnServersAsync(FaultPoints.AfterTimerCommit);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task RunOnServersAsync(string point, params string[] more)
    {
        await using var broker = await TestRabbitMq.CreateVirtualHostAsync();
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await RunAsync(
            point, () => database.QueryAsync<string>(Counts),
            ["--Bus:Transport=RabbitMq", $"--ConnectionStrings:RabbitMq={broker.Uri}", "--Bus:Database=PostgreSql", $"--ConnectionStrings:Bus={database.ConnectionString}", .. more]);
        await StopAsync();
    }

    private async Task RunAsync(string point, Func<Task<string?>> countAsync, params string[] settings)
    {
        Assert.Equal(0, await Start(null, [.. settings, "--Create=true"]).WaitForExitAsync(TimeSpan.FromMinutes(1)));
        var first = Start(null, [.. settings, $"--Schedule={Timers}"]);
        await first.WaitForLineAsync(TimerWorker.Scheduled, TimeSpan.FromMinutes(1));
        await first.KillAsync();

        Assert.Equal(137, await Start($"{point}:1", settings).WaitForExitAsync(TimeSpan.FromMinutes(1)));

        Start(null, settings);
        var found = "";
        var expected = $"{Timers} rung, {Timers} timers";
        await Eventually.AssertAsync(async () => (found = await countAsync() ?? "nothing") == expected, TimeSpan.FromMinutes(2), () => $"{found}\n{string.Join('\n', _workers[^1].Lines.TakeLast(40))}");
    }

    private async Task<string?> CountInFileAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={_folder["service.db"]};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = Counts;
        return (string?)await command.ExecuteScalarAsync();
    }

    private ChildProcess Start(string? fault, string[] settings)
    {
        var worker = ChildProcess.StartDotnet(
            typeof(TimerWorker).Assembly.Location, [TimerWorker.Command, .. settings], fault is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { [FaultPoint.Variable] = fault });
        _workers.Add(worker);
        return worker;
    }

    private async Task StopAsync()
    {
        foreach (var worker in _workers)
            await worker.DisposeAsync();
        _workers.Clear();
    }
}
