using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Tallies;

/// <summary>
/// Several processes publish to one saga instance at once, and each of them consumes. 1,000 events from 4 processes in the long form, 200 from 2 in the
/// short one.
/// </summary>
public sealed class When_many_events_meet_one_saga : IAsyncLifetime
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("BUS_LONG_TESTS") == "1";
    private static readonly int Processes = IsLong ? 4 : 2;
    private static readonly int Share = IsLong ? 250 : 100;

    private readonly List<ChildProcess> _workers = [];
    private TestRabbitMq _broker = null!;
    private TestPostgres _database = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await TestRabbitMq.CreateVirtualHostAsync();
        _database = await TestPostgres.CreateDatabaseAsync();
        Assert.Equal(0, await Start("--Create=true").WaitForExitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Should_end_in_the_exact_state_with_no_event_in_the_error_queue()
    {
        var tally = Guid.NewGuid();
        var workers = Enumerable.Range(0, Processes).Select(_ => Start($"--Tally={tally}", $"--Share={Share}")).ToList();
        await Task.WhenAll(workers.Select(x => x.WaitForLineAsync(TallyWorker.Sent, TimeSpan.FromMinutes(2))));

        const string sql = "SELECT count || ' counted in ' || version + 1 || ' commits, ' || (SELECT count(*) FROM bus_inbox) || ' in the inbox' FROM tally WHERE tally_id = $1";
        var expected = $"{Processes * Share} counted in {Processes * Share} commits, {Processes * Share} in the inbox";
        var found = "";
        await Eventually.AssertAsync(async () => (found = await _database.QueryAsync<string>(sql, tally) ?? "none") == expected, TimeSpan.FromMinutes(3), () => $"Found {found}.\n{Log()}");
        await QueuesHoldAsync(failed: 0);
        Assert.Equal(expected, await _database.QueryAsync<string>(sql, tally));
        Assert.All(workers, x => Assert.False(x.HasExited));
    }

    [Fact]
    public async Task Should_not_swallow_an_event_for_an_instance_that_does_not_exist()
    {
        await Start($"--Missing={Guid.NewGuid()}").WaitForLineAsync(TallyWorker.Sent, TimeSpan.FromMinutes(1));

        await QueuesHoldAsync(failed: 1);
        Assert.Equal(0, await _database.QueryAsync<long>("SELECT count(*) FROM bus_inbox"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        await _broker.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task QueuesHoldAsync(long failed)
    {
        IReadOnlyDictionary<string, long> depths = new Dictionary<string, long>(StringComparer.Ordinal);
        await Eventually.AssertAsync(
            async () =>
            {
                depths = await _broker.QueueDepthsAsync();
                return depths.Where(x => x.Key.EndsWith("_error", StringComparison.Ordinal)).Sum(x => x.Value) == failed && depths.Values.Sum() == failed;
            },
            TimeSpan.FromSeconds(60),
            () => $"{string.Join(", ", depths)}\n{Log()}");
    }

    private ChildProcess Start(params string[] settings)
    {
        var worker = ChildProcess.StartDotnet(
            Path.Combine(AppContext.BaseDirectory, "Bus.ScenarioTests.dll"),
            [
                TallyWorker.Command, .. settings, "--Bus:Transport=RabbitMq", $"--ConnectionStrings:RabbitMq={_broker.Uri}",
                "--Bus:Database=PostgreSql", $"--ConnectionStrings:Bus={_database.ConnectionString}",
            ]);
        _workers.Add(worker);
        return worker;
    }

    private string Log() => string.Join("\n---\n", _workers.Select(x => string.Join('\n', x.Lines.TakeLast(40))));
}
