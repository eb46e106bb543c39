using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Jobs;

/// <summary>All threads of a process's pool are in handlers that block them, for longer than the lease; another process looks once a second whose lease has run out.</summary>
public sealed class When_handlers_block_every_thread
{
    private const int Threads = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Should_lose_no_job_to_another_process_in_a_folder()
    {
        await using var scenario = await JobScenario.InFolderAsync();
        await BlockAsync(scenario);
    }

    [Fact]
    public async Task Should_lose_no_job_to_another_process_on_RabbitMq_and_PostgreSql()
    {
        await using var scenario = await JobScenario.OnServersAsync();
        await BlockAsync(scenario);
    }

    private static async Task BlockAsync(JobScenario scenario)
    {
        await using var other = scenario.StartBlocking();
        await other.WaitForLineAsync(JobWorker.Started, Patience);
        await using var blocked = scenario.StartBlocking($"--Threads={Threads}", $"--Block={Threads * 2}");
        await Eventually.AssertAsync(() => blocked.Lines.Count(line => line.Contains(BlockingWorker.Blocks, StringComparison.Ordinal)) >= Threads, Patience, () => string.Join('\n', blocked.Lines));
        await Eventually.AssertAsync(
            async () => await scenario.CountAsync("bus_job WHERE state = 3") >= Threads || await scenario.CountAsync("bus_job_run") > 0, Patience, () => string.Join('\n', blocked.Lines.Concat(other.Lines)));
        Assert.Equal(0, await scenario.CountAsync("bus_job_run"));
        Assert.Equal(0, await scenario.CountAsync("bus_job WHERE crashes > 0"));
    }
}
