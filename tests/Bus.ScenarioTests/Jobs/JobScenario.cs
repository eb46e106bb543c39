using System.Globalization;
using Bus.Core.Faults;
using Bus.Jobs;
using Bus.ScenarioTests.Queues;
using Bus.TestSupport;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Bus.ScenarioTests.Jobs;

/// <summary>A database and queues, the processes that run jobs on them, and what these have done.</summary>
internal sealed class JobScenario : IAsyncDisposable
{
    // A repeated number counts as an order kept here, and as one job less there.
    private static readonly string Done = $"""
        SELECT (SELECT count(*) FROM worked) || ' worked, '
            || (SELECT count(*) FROM (SELECT DISTINCT job_key, number FROM worked) AS apart) || ' jobs, '
            || (SELECT count(*) FROM (SELECT number, lag(number) OVER (PARTITION BY job_key ORDER BY id) AS earlier FROM worked WHERE job_key IS NOT NULL) AS placed WHERE number < earlier) || ' out of order, '
            || (SELECT count(*) FROM heard) || ' heard, '
            || (SELECT count(*) FROM (SELECT DISTINCT job_key, number FROM heard) AS apart) || ' events, '
            || (SELECT count(*) FROM bus_job WHERE state = {(int)JobState.Succeeded}) || ' succeeded of '
            || (SELECT count(*) FROM bus_job)
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly List<ChildProcess> _workers = [];
    private TestRabbitMq? _broker;
    private TestPostgres? _database;

    private JobScenario()
    {
    }

    /// <summary>Where the database and the queues are.</summary>
    public string[] Settings => _broker is null || _database is null
        ? [$"--Bus:DataFolder={_folder.FullPath}"]
        : ["--Bus:Transport=RabbitMq", $"--ConnectionStrings:RabbitMq={_broker.Uri}", "--Bus:Database=PostgreSql", $"--ConnectionStrings:Bus={_database.ConnectionString}"];

    public static Task<JobScenario> InFolderAsync() => CreateAsync(onServers: false);

    public static Task<JobScenario> OnServersAsync() => CreateAsync(onServers: true);

    /// <summary>What is found when so many jobs have had their effects once, those of each key in order.</summary>
    public static string Once(int jobs) => $"{jobs} worked, {jobs} jobs, 0 out of order, {jobs} heard, {jobs} events, {jobs} succeeded of {jobs}";

    public async Task<string> DoneAsync() => await QueryAsync(Done) ?? "nothing";

    /// <summary>The count of rows.</summary>
    /// <param name="rows">A table, and a condition if there is one.</param>
    public async Task<int> CountAsync(string rows) => int.Parse(await QueryAsync($"SELECT count(*) || '' FROM {rows}") ?? "0", CultureInfo.InvariantCulture);

    public ChildProcess Start(string? fault = null, params string[] more) =>
        StartIn(fault is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { [FaultPoint.Variable] = fault }, more);

    /// <summary>Starts one that runs jobs which block their threads.</summary>
    public ChildProcess StartBlocking(params string[] more) => ChildProcess.StartDotnet(typeof(JobWorker).Assembly.Location, [BlockingWorker.Command, .. Settings, .. more]);

    /// <summary>Starts one whose clock is an hour ahead.</summary>
    public async Task<ChildProcess> StartAheadAsync(params string[] more) => StartIn(await Shim.BuildAsync(_folder, "clock-shim"), more);

    public string Output() => string.Join('\n', _workers.SelectMany(worker => worker.Lines.TakeLast(20)));

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
            await worker.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
        _folder.Dispose();
    }

    private ChildProcess StartIn(Dictionary<string, string>? environment, string[] more)
    {
        var worker = ChildProcess.StartDotnet(typeof(JobWorker).Assembly.Location, [JobWorker.Command, .. Settings, .. more], environment);
        _workers.Add(worker);
        return worker;
    }

    private static async Task<JobScenario> CreateAsync(bool onServers)
    {
        var scenario = new JobScenario();
        try
        {
            if (onServers)
            {
                scenario._broker = await TestRabbitMq.CreateVirtualHostAsync();
                scenario._database = await TestPostgres.CreateDatabaseAsync();
            }

            Assert.Equal(0, await scenario.Start(null, "--Create=true").WaitForExitAsync(TimeSpan.FromMinutes(1)));
            return scenario;
        }
        catch
        {
            await scenario.DisposeAsync();
            throw;
        }
    }

    private async Task<string?> QueryAsync(string sql)
    {
        if (_database is not null)
            return await _database.QueryAsync<string>(sql);
        await using var connection = new SqliteConnection($"Data Source={_folder["service.db"]};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string?)await command.ExecuteScalarAsync();
    }
}
