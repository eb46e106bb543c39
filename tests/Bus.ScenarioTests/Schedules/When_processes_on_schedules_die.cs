using System.Globalization;
using Bus.Core.Faults;
using Bus.TestSupport;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Bus.ScenarioTests.Schedules;

/// <summary>
/// Four processes serve schedules that fire each second. They are killed and made to stand still while they do; every instant has its effect once. The short form runs for seconds; the long one ten minutes, with
/// 200 schedules, 50 kills and 10 stands of three leases.
/// </summary>
public sealed class When_processes_on_schedules_die : IAsyncDisposable
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("BUS_LONG_TESTS") == "1";
    private static readonly (int Schedules, int Seconds, int Kills, int Stands, int StandSeconds) Size = IsLong ? (200, 600, 50, 10, 45) : (20, 15, 4, 1, 5);
    // A busy machine must have declared all by then.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();
    private readonly List<ChildProcess> _workers = [];

    private const string Counts = "SELECT count(*) || ' handled, ' || count(DISTINCT schedule || '@' || planned_at) || ' instants' FROM ticked";
    private const string Late = "SELECT max(fired_at - planned_at) || ' ms' FROM bus_schedule_run";

    [Fact]
    public Task Should_fire_each_instant_once_in_a_folder() => SweepAsync(FromFileAsync, $"--Bus:DataFolder={_folder.FullPath}");

    [Fact]
    public async Task Should_fire_each_instant_once_on_RabbitMq_and_PostgreSql()
    {
        await using var broker = await TestRabbitMq.CreateVirtualHostAsync();
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await SweepAsync(sql => database.QueryAsync<string>(sql), "--Bus:Transport=RabbitMq", $"--ConnectionStrings:RabbitMq={broker.Uri}", "--Bus:Database=PostgreSql", $"--ConnectionStrings:Bus={database.ConnectionString}");
        await StopAsync();
    }

    [Theory]
    [InlineData(FaultPoints.BeforeScheduleTake)]
    [InlineData(FaultPoints.AfterScheduleTake)]
    [InlineData(FaultPoints.BeforeScheduleCommit)]
    [InlineData(FaultPoints.AfterScheduleCommit)]
    public async Task Should_fire_each_instant_once_after_a_death_at(string point)
    {
        string[] settings = [$"--Bus:DataFolder={_folder.FullPath}", .. Bounds(10, 5)];
        Assert.Equal(0, await Start(null, [.. settings, "--Create=true"]).WaitForExitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal(137, await Start($"{point}:1", settings).WaitForExitAsync(TimeSpan.FromMinutes(1)));
        Start(null, settings);
        await AssertEachOnceAsync(FromFileAsync, 10 * 5);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task SweepAsync(Func<string, Task<string?>> queryAsync, params string[] where)
    {
        string[] settings = [.. where, .. Bounds(Size.Schedules, Size.Seconds)];
        Assert.Equal(0, await Start(null, [.. settings, "--Create=true"]).WaitForExitAsync(TimeSpan.FromMinutes(1)));
        var workers = Enumerable.Range(0, 4).Select(_ => Start(null, settings)).ToArray();
        foreach (var worker in workers)
            await worker.WaitForLineAsync(ScheduleWorker.Started, TimeSpan.FromMinutes(1));

        // By what has been handled, and not by a clock: the sweep goes on as fast as the schedules do.
        var random = new Random(20_261_123);
        var all = Size.Schedules * Size.Seconds;
        var events = Enumerable.Repeat(false, Size.Kills).Concat(Enumerable.Repeat(true, Size.Stands)).OrderBy(_ => random.Next()).ToList();
        for (var number = 0; number < events.Count; number++)
        {
            var goal = all * number / (events.Count + 1);
            await Eventually.AssertAsync(async () => Handled(await queryAsync(Counts)) >= goal, TimeSpan.FromMinutes(2), () => $"Not {goal} were handled.\n{Output()}");
            var victim = random.Next(workers.Length);
            if (events[number])
            {
                await SignalAsync(workers[victim], "-STOP");
                var standing = workers[victim];
                _ = ResumeAsync(standing);
                workers[victim] = Start(null, settings);
            }
            else
            {
                await workers[victim].KillAsync();
                workers[victim] = Start(null, settings);
            }
        }

        await AssertEachOnceAsync(queryAsync, all);
        TestContext.Current.TestOutputHelper?.WriteLine($"{all} instants, 0 lost, 0 doubled, {Size.Kills} kills, {Size.Stands} stands; the latest of those in the history was fired {await queryAsync(Late)} after its instant.");
    }

    private static async Task ResumeAsync(ChildProcess standing)
    {
        await Task.Delay(TimeSpan.FromSeconds(Size.StandSeconds), TimeProvider.System);
        await SignalAsync(standing, "-CONT");
    }

    private static int Handled(string? counts) => int.Parse(counts!.Split(' ')[0], CultureInfo.InvariantCulture);

    private async Task AssertEachOnceAsync(Func<string, Task<string?>> queryAsync, int all)
    {
        var found = "";
        await Eventually.AssertAsync(async () => (found = await queryAsync(Counts) ?? "") == $"{all} handled, {all} instants", TimeSpan.FromMinutes(3), () => $"{found} of {all}.\n{Output()}");
    }

    private string Output() => string.Join('\n', _workers.SelectMany(worker => worker.Lines.TakeLast(20)));

    private static string[] Bounds(int schedules, int seconds)
    {
        var from = (TimeProvider.System.GetUtcNow() + Ahead).ToUnixTimeSeconds();
        return [$"--Schedules={schedules}", $"--From={from}", $"--Until={from + seconds}"];
    }

    private static async Task SignalAsync(ChildProcess process, string signal)
    {
        await using var kill = ChildProcess.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private async Task<string?> FromFileAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_folder["service.db"]};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string?)await command.ExecuteScalarAsync();
    }

    private ChildProcess Start(string? fault, string[] settings)
    {
        var worker = ChildProcess.StartDotnet(
            typeof(ScheduleWorker).Assembly.Location, [ScheduleWorker.Command, .. settings], fault is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { [FaultPoint.Variable] = fault });
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
