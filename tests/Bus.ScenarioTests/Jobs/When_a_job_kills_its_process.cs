using System.Globalization;
using Bus.Jobs;
using Bus.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ScenarioTests.Jobs;

/// <summary>A handler recurses to death, or ends its process: after the third process the job is dead, and all others are done once.</summary>
public sealed class When_a_job_kills_its_process
{
    private const int Others = 20;

    [Fact]
    public async Task Should_be_dead_after_the_third_and_hold_up_no_other()
    {
        await using var scenario = await JobScenario.InFolderAsync();
        using var host = JobWorker.Build(scenario.Settings, runs: false);
        await host.StartAsync();
        var client = host.Services.GetRequiredService<IJobClient>();
        var recurses = await client.EnqueueAsync(new Work(null, WorkHandler.Recurses));
        await client.EnqueueManyAsync(Enumerable.Range(0, Others).Select(number => new Work(null, number)));

        for (var death = 1; death <= 3; death++)
        {
            await scenario.Start().WaitForExitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(JobState.Running, (await client.FindAsync(recurses))!.State);
        }

        var last = scenario.Start();
        await Eventually.AssertAsync(async () => (await client.FindAsync(recurses))!.State == JobState.Dead, TimeSpan.FromMinutes(1), scenario.Output);
        Assert.Contains("processes died", (await client.FindAsync(recurses))!.Error, StringComparison.Ordinal);
        await Eventually.AssertAsync(async () => await scenario.CountAsync($"bus_job WHERE state = {(int)JobState.Succeeded}") == Others, TimeSpan.FromMinutes(1), scenario.Output);
        Assert.Equal(Others, await scenario.CountAsync("worked"));
        Assert.False(last.HasExited, string.Create(CultureInfo.InvariantCulture, $"The fourth process has ended, too.\n{scenario.Output()}"));
        await host.StopAsync();
    }
}
