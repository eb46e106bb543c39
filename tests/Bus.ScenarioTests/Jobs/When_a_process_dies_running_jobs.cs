using Bus.Core.Faults;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Jobs;

/// <summary>One process enqueues jobs, runs them and dies at a named point, as by <c>kill -9</c>; another does the rest. Each job that was acknowledged has its effects once.</summary>
public sealed class When_a_process_dies_running_jobs
{
    private const int Jobs = 100;

    [Theory]
    [InlineData(FaultPoints.BeforeJobTurn, 1)]
    [InlineData(FaultPoints.BeforeJobTurn, 5)]
    [InlineData(FaultPoints.AfterJobTurn, 1)]
    [InlineData(FaultPoints.AfterJobTurn, 5)]
    [InlineData(FaultPoints.BeforeCommit, 50)]
    [InlineData(FaultPoints.AfterCommit, 50)]
    public async Task Should_run_each_once_in_a_folder(string point, int times)
    {
        await using var scenario = await JobScenario.InFolderAsync();
        await RunAsync(scenario, $"{point}:{times}");
    }

    [Theory]
    [InlineData(FaultPoints.BeforeJobTurn, 5)]
    [InlineData(FaultPoints.AfterJobTurn, 5)]
    [InlineData(FaultPoints.AfterCommit, 50)]
    [InlineData(FaultPoints.AfterRelaySend, 20)]
    public async Task Should_run_each_once_on_RabbitMq_and_PostgreSql(string point, int times)
    {
        await using var scenario = await JobScenario.OnServersAsync();
        await RunAsync(scenario, $"{point}:{times}");
    }

    private static async Task RunAsync(JobScenario scenario, string fault)
    {
        var first = scenario.Start(fault, $"--Enqueue={Jobs}");
        Assert.Equal(137, await first.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        var acknowledged = first.Lines.Count(line => line.StartsWith(JobWorker.Enqueued, StringComparison.Ordinal));

        // It may have died between a commit and the word of it.
        var enqueued = await scenario.CountAsync("bus_job");
        Assert.InRange(enqueued, acknowledged, acknowledged + 1);

        scenario.Start();
        var found = "";
        await Eventually.AssertAsync(async () => (found = await scenario.DoneAsync()) == JobScenario.Once(enqueued), TimeSpan.FromMinutes(2), () => $"{found}, {acknowledged} acknowledged.\n{scenario.Output()}");
        Assert.Equal(acknowledged, await scenario.CountAsync($"worked WHERE number < {acknowledged}"));
    }
}
