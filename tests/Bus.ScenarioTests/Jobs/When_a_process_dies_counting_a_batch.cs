using Bus.Core.Faults;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Jobs;

/// <summary>One process enqueues a batch, runs its jobs and dies, as by <c>kill -9</c>, when it has counted some that have ended and not yet committed; another does the rest.</summary>
public sealed class When_a_process_dies_counting_a_batch
{
    private const int Jobs = 100;
    private const string Counted = "bus_job_batch WHERE closed_at IS NOT NULL AND done_at IS NOT NULL AND succeeded_at IS NOT NULL AND first_failed_at IS NULL AND succeeded = 100 AND total = 100 AND dead + cancelled = 0";

    [Theory]
    [InlineData(FaultPoints.AfterJobCount, 1)]
    [InlineData(FaultPoints.AfterJobCount, 20)]
    public async Task Should_count_each_and_tell_of_each_event_once_in_a_folder(string point, int times)
    {
        await using var scenario = await JobScenario.InFolderAsync();
        await RunAsync(scenario, $"{point}:{times}");
    }

    [Theory]
    [InlineData(FaultPoints.AfterJobCount, 20)]
    public async Task Should_count_each_and_tell_of_each_event_once_on_RabbitMq_and_PostgreSql(string point, int times)
    {
        await using var scenario = await JobScenario.OnServersAsync();
        await RunAsync(scenario, $"{point}:{times}");
    }

    private static async Task RunAsync(JobScenario scenario, string fault)
    {
        var first = scenario.Start(fault, $"--Batch={Jobs}");
        Assert.Equal(137, await first.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal(Jobs, await scenario.CountAsync("bus_job WHERE batch_id IS NOT NULL"));

        scenario.Start();
        await Eventually.AssertAsync(async () => await scenario.CountAsync("bus_job WHERE state = 3") == Jobs + 2, TimeSpan.FromMinutes(2), scenario.Output);
        Assert.Equal(1, await scenario.CountAsync(Counted));
        Assert.Equal(Jobs, await scenario.CountAsync("worked"));
        Assert.Equal(2, await scenario.CountAsync("bus_job WHERE batch_id IS NULL"));
        Assert.Equal((1, 1, 2), (await scenario.CountAsync("told WHERE what = 'done'"), await scenario.CountAsync("told WHERE what = 'succeeded'"), await scenario.CountAsync("told")));
    }
}
