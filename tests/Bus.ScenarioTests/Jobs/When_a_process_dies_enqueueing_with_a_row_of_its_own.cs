using Bus.Core.Faults;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Jobs;

/// <summary>
/// One process commits rows, each in a transaction with a job, and dies, as by <c>kill -9</c>, at a commit; another runs the jobs. There is a job for each row, and the last one, of which nobody was told and whose key had
/// no job before, is run too.
/// </summary>
public sealed class When_a_process_dies_enqueueing_with_a_row_of_its_own
{
    [Theory]
    [InlineData(FaultPoints.BeforeCommit, 10, 9)]
    [InlineData(FaultPoints.AfterCommit, 10, 10)]
    public async Task Should_have_a_job_for_each_row_in_a_folder(string point, int times, int committed)
    {
        await using var scenario = await JobScenario.InFolderAsync();
        await RunAsync(scenario, point, times, committed);
    }

    [Theory]
    [InlineData(FaultPoints.BeforeCommit, 10, 9)]
    [InlineData(FaultPoints.AfterCommit, 10, 10)]
    public async Task Should_have_a_job_for_each_row_on_RabbitMq_and_PostgreSql(string point, int times, int committed)
    {
        await using var scenario = await JobScenario.OnServersAsync();
        await RunAsync(scenario, point, times, committed);
    }

    private static async Task RunAsync(JobScenario scenario, string point, int times, int committed)
    {
        var first = scenario.Start($"{point}:{times}", $"--Place={times * 2}");
        Assert.Equal(137, await first.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal((committed, committed), (await scenario.CountAsync("placed"), await scenario.CountAsync("bus_job")));

        scenario.Start();
        var found = "";
        await Eventually.AssertAsync(async () => (found = await scenario.DoneAsync()) == JobScenario.Once(committed), TimeSpan.FromMinutes(2), () => $"{found}.\n{scenario.Output()}");
    }
}
