using Bus.Core.Faults;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Jobs;

/// <summary>A process dies, as by <c>kill -9</c>, when it has just stored that a step is done, or a checkpoint; another does the rest. No step that is stored is done again, and each job has its effects once.</summary>
public sealed class When_a_process_dies_between_steps
{
    private const int Jobs = 40;

    [Theory]
    [InlineData(FaultPoints.AfterJobStep, 1)]
    [InlineData(FaultPoints.AfterJobStep, 17)]
    [InlineData(FaultPoints.AfterJobStep, 60)]
    public async Task Should_do_no_step_again_in_a_folder(string point, int times)
    {
        await using var scenario = await JobScenario.InFolderAsync();
        await RunAsync(scenario, $"{point}:{times}");
    }

    [Theory]
    [InlineData(FaultPoints.AfterJobStep, 17)]
    public async Task Should_do_no_step_again_on_RabbitMq_and_PostgreSql(string point, int times)
    {
        await using var scenario = await JobScenario.OnServersAsync();
        await RunAsync(scenario, $"{point}:{times}");
    }

    private static async Task RunAsync(JobScenario scenario, string fault)
    {
        // One at a time: who dies with a step done and not yet stored does it again, and that is not asked here.
        Assert.Equal(137, await scenario.Start(fault, $"--Charge={Jobs}", "--Places=1").WaitForExitAsync(TimeSpan.FromMinutes(1)));
        Assert.InRange(await scenario.CountAsync("told"), 1, (Jobs * ChargeHandler.Parts) - 1);

        scenario.Start();
        await Eventually.AssertAsync(async () => await scenario.CountAsync("bus_job WHERE state = 3") == Jobs, TimeSpan.FromMinutes(2), scenario.Output);
        Assert.Equal(Jobs, await scenario.CountAsync("worked"));
        Assert.Equal(Jobs * ChargeHandler.Parts, await scenario.CountAsync("told"));
        Assert.Equal(Jobs * ChargeHandler.Parts, await scenario.CountAsync("(SELECT DISTINCT what FROM told) AS apart"));
    }
}
