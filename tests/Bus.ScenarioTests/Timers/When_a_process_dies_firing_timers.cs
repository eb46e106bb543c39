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

    private readonly TemporaryFolder _folder = new();
    private readonly List<ChildProcess> _workers = [];

    [Theory]
    [InlineData(FaultPoints.BeforeTimerTake, 1)]
    [InlineData(FaultPoints.AfterTimerTake, 1)]
    [InlineData(FaultPoints.BeforeTimerCommit, 1)]
    [InlineData(FaultPoints.AfterTimerCommit, 1)]
    public Task Should_fire_each_once_in_a_folder(string point, int times) => RunAsync(point, times, CountInFileAsync, $"--Bus:DataFolder={_folder.FullPath}");

    [Fact]
    public async Task Should_fire_each_once_on_RabbitMq_and_PostgreSql()
    {
        await using var broker = await TestRabbitMq.CreateVirtualHostAsync();
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await RunAsync(
            FaultPoints.AfterTimerCommit, 1, () => database.QueryAsync<string>(Counts),
            "--Bus:Transport=RabbitMq", $"--ConnectionStrings:RabbitMq={broker.Uri}", "--Bus:Database=PostgreSql", $"--ConnectionStrings:Bus={database.ConnectionString}");
        await StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task RunAsync(string point, int times, Func<Task<string?>> countAsync, params string[] settings)
    {
        Assert.Equal(0, await Start(null, [.. settings, "--Create=true"]).WaitForExitAsync(TimeSpan.FromMinutes(1)));
        var first = Start(null, [.. settings, $"--Schedule={Timers}"]);
        await first.WaitForLineAsync(TimerWorker.Scheduled, TimeSpan.FromMinutes(1));
        await first.KillAsync();

        Assert.Equal(137, await Start($"{point}:{times}", settings).WaitForExitAsync(TimeSpan.FromMinutes(1)));

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
