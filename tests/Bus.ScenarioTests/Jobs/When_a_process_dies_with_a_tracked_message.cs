using Bus.Core.Faults;
using Bus.Jobs;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Jobs;

/// <summary>A process dies, as by <c>kill -9</c>, while its consumer has a message that is tracked, or around the commit; another gets the message. Each has one row, which says in the end what has become of it.</summary>
public sealed class When_a_process_dies_with_a_tracked_message
{
    private const int Messages = 30;

    [Theory]
    [InlineData(FaultPoints.BeforeWork, 5)]
    [InlineData(FaultPoints.AfterWork, 5)]
    [InlineData(FaultPoints.AfterCommit, 60)]
    [InlineData(FaultPoints.BeforeAcknowledge, 5)]
    public async Task Should_say_so_and_succeed_once_in_a_folder(string point, int times)
    {
        await using var scenario = await JobScenario.InFolderAsync();
        await RunAsync(scenario, point, times);
    }

    [Theory]
    [InlineData(FaultPoints.BeforeWork, 5)]
    [InlineData(FaultPoints.AfterWork, 5)]
    [InlineData(FaultPoints.BeforeAcknowledge, 5)]
    public async Task Should_say_so_and_succeed_once_on_RabbitMq_and_PostgreSql(string point, int times)
    {
        await using var scenario = await JobScenario.OnServersAsync();
        await RunAsync(scenario, point, times);
    }

    private static async Task RunAsync(JobScenario scenario, string point, int times)
    {
        var first = scenario.Start($"{point}:{times}", $"--Enqueue={Messages}", "--Track=true");
        Assert.Equal(137, await first.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        var diesAtWork = point is FaultPoints.BeforeWork or FaultPoints.AfterWork;
        var running = await scenario.CountAsync($"bus_job WHERE message_id IS NOT NULL AND state = {(int)JobState.Running}");
        Assert.InRange(running, diesAtWork ? 1 : 0, Messages);

        scenario.Start(null, "--Track=true");
        var jobs = await scenario.CountAsync("bus_job WHERE message_id IS NULL");
        var found = "";
        await Eventually.AssertAsync(
            async () => (found = $"{await scenario.CountAsync("heard")} heard, {await scenario.CountAsync("bus_job WHERE message_id IS NOT NULL")} rows, {await scenario.CountAsync($"bus_job WHERE message_id IS NOT NULL AND state = {(int)JobState.Succeeded}")} succeeded")
                == $"{jobs} heard, {jobs} rows, {jobs} succeeded",
            TimeSpan.FromMinutes(2),
            () => $"{found} of {jobs}.\n{scenario.Output()}");
        // Those that stood as running have each lost a run, and no others.
        Assert.Equal(running, await scenario.CountAsync("bus_job WHERE message_id IS NOT NULL AND crashes = 1"));
        Assert.Equal(running, await scenario.CountAsync($"bus_job_run AS r JOIN bus_job AS j ON j.id = r.job_id WHERE j.message_id IS NOT NULL AND r.outcome = {(int)JobRunOutcome.Lost}"));
    }
}
