using Bus.Core.Faults;
using Bus.Jobs;
using Bus.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ScenarioTests.Jobs;

/// <summary>
/// One process does nothing but run jobs that save and publish, and dies, as by <c>kill -9</c>, at the commit of an end, or when it has given the next job of the key its turn and not yet committed; another does the
/// rest. Each has its effects and its event once, those of a key in order.
/// </summary>
public sealed class When_a_process_dies_ending_jobs
{
    private const int Jobs = 100;

    [Theory]
    [InlineData(FaultPoints.BeforeCommit, 20)]
    [InlineData(FaultPoints.AfterCommit, 20)]
    [InlineData(FaultPoints.AfterJobLine, 5)]
    public async Task Should_have_the_effects_of_each_once_in_a_folder(string point, int times)
    {
        await using var scenario = await JobScenario.InFolderAsync();
        await RunAsync(scenario, $"{point}:{times}");
    }

    [Theory]
    [InlineData(FaultPoints.BeforeCommit, 20)]
    [InlineData(FaultPoints.AfterCommit, 20)]
    [InlineData(FaultPoints.AfterJobLine, 5)]
    public async Task Should_have_the_effects_of_each_once_on_RabbitMq_and_PostgreSql(string point, int times)
    {
        await using var scenario = await JobScenario.OnServersAsync();
        await RunAsync(scenario, $"{point}:{times}");
    }

    [Theory]
    [InlineData(FaultPoints.BeforeJobTurn, 3)]
    [InlineData(FaultPoints.AfterJobTurn, 3)]
    public async Task Should_be_heard_of_once_of_each_that_had_ended_and_waited_for_its_end_in_a_folder(string point, int times)
    {
        await using var scenario = await JobScenario.InFolderAsync();
        await AnnounceAsync(scenario, $"{point}:{times}");
    }

    [Theory]
    [InlineData(FaultPoints.BeforeJobTurn, 3)]
    [InlineData(FaultPoints.AfterJobTurn, 3)]
    public async Task Should_be_heard_of_once_of_each_that_had_ended_and_waited_for_its_end_on_RabbitMq_and_PostgreSql(string point, int times)
    {
        await using var scenario = await JobScenario.OnServersAsync();
        await AnnounceAsync(scenario, $"{point}:{times}");
    }

    private static async Task AnnounceAsync(JobScenario scenario, string fault)
    {
        const int Many = 2_000;
        Assert.Equal(137, await scenario.Start(fault, $"--Announce={Many}", "--Hear=false").WaitForExitAsync(TimeSpan.FromMinutes(1)));
        var enqueued = await scenario.CountAsync("bus_job");
        Assert.NotEqual(0, enqueued);
        Assert.InRange(await scenario.CountAsync("bus_job WHERE state = 3"), 0, enqueued - 1);

        scenario.Start();
        await Eventually.AssertAsync(async () => await scenario.CountAsync("heard") == enqueued, TimeSpan.FromMinutes(2), scenario.Output);
        Assert.Equal(enqueued, await scenario.CountAsync("bus_job WHERE state = 3"));
        Assert.Equal(enqueued, await scenario.CountAsync("(SELECT DISTINCT number FROM heard) AS apart"));
    }

    private static async Task RunAsync(JobScenario scenario, string fault)
    {
        await EnqueueAsync(scenario);
        Assert.Equal(137, await scenario.Start(fault, "--Hear=false").WaitForExitAsync(TimeSpan.FromMinutes(1)));
        // It died in the midst of them.
        Assert.NotEqual(0, await scenario.CountAsync($"bus_job WHERE state = {(int)JobState.Running}"));
        Assert.InRange(await scenario.CountAsync("worked"), 1, Jobs - 1);

        scenario.Start();
        var found = "";
        await Eventually.AssertAsync(async () => (found = await scenario.DoneAsync()) == JobScenario.Once(Jobs), TimeSpan.FromMinutes(2), () => $"{found}.\n{scenario.Output()}");
    }

    private static async Task EnqueueAsync(JobScenario scenario)
    {
        using var host = JobWorker.Build(scenario.Settings, runs: false);
        await host.StartAsync();
        var client = host.Services.GetRequiredService<IJobClient>();
        foreach (var work in Enumerable.Range(0, Jobs).Select(JobWorker.Make))
            await client.EnqueueAsync(work, JobWorker.Options(work));
        await host.StopAsync();
    }
}
