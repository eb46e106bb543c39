using Bus.Jobs;
using Bus.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Bus.ScenarioTests.Jobs;

/// <summary>
/// Two processes run the jobs of one store by two versions of their handlers. Each takes only the types that it knows; a member that it does not know is skipped, one that is missing has its default, and one that is missing
/// and required makes the job dead at once. None of these holds up another.
/// </summary>
public sealed class When_versions_of_a_service_share_a_store
{
    private const int Each = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Should_run_what_each_knows_in_a_folder()
    {
        await using var scenario = await JobScenario.InFolderAsync();
        await RunAsync(scenario);
    }

    [Fact]
    public async Task Should_run_what_each_knows_on_RabbitMq_and_PostgreSql()
    {
        await using var scenario = await JobScenario.OnServersAsync();
        await RunAsync(scenario);
    }

    private static async Task RunAsync(JobScenario scenario)
    {
        using var older = JobWorker.Build([.. scenario.Settings, Versions.Old], runs: false);
        using var newer = JobWorker.Build([.. scenario.Settings, Versions.New], runs: false);
        await Task.WhenAll(older.StartAsync(), newer.StartAsync());

        // While only the old version runs.
        var old = scenario.Start(null, Versions.Old);
        await Client(newer).EnqueueManyAsync(Enumerable.Range(0, Each).Select(number => new Reminder(number)));
        await Client(older).EnqueueManyAsync(Enumerable.Range(0, Each).Select(number => new OldBill(number, "Ann")));
        await Client(newer).EnqueueManyAsync(Enumerable.Range(0, Each).Select(number => new NewBill(number, "CHF")));
        await Client(newer).EnqueueManyAsync(Enumerable.Range(0, Each).Select(number => new NewFine(number) { Reason = "late" }));
        await AssertToldAsync(scenario, "OldBill %Customer = Ann%", Each);
        await AssertToldAsync(scenario, "OldBill %Customer =  }", Each);
        await AssertToldAsync(scenario, "OldFine %", Each);
        Assert.Equal(Each, await scenario.CountAsync($"bus_job WHERE type = 'reminder' AND state = {(int)JobState.Queued} AND claims = 0 AND attempts = 0"));

        // While both run.
        scenario.Start(null, Versions.New);
        await Client(older).EnqueueManyAsync(Enumerable.Range(Each, Each).Select(number => new OldBill(number, "Ben")));
        await AssertToldAsync(scenario, "Reminder %", Each);
        await EndedAsync(scenario, Each * 5);

        // While only the new one does.
        await old.TerminateAsync();
        await old.WaitForExitAsync(Patience);
        var fine = await Client(older).EnqueueAsync(new OldFine(Each));
        await Client(older).EnqueueAsync(new OldBill(-1, "Eve"));
        await Client(newer).EnqueueAsync(new NewFine(-1) { Reason = "speed" });
        await AssertToldAsync(scenario, "NewBill %Number = -1, Currency = EUR }", 1);
        await AssertToldAsync(scenario, "NewFine %Number = -1, Reason = speed }", 1);
        await Eventually.AssertAsync(async () => (await Client(older).FindAsync(fine))!.State == JobState.Dead, Patience, scenario.Output);
        var dead = (await Client(older).FindAsync(fine))!;
        Assert.Equal(1, dead.Attempts);
        Assert.Contains("reason", dead.Error, StringComparison.Ordinal);

        var operations = newer.Services.GetRequiredService<IJobOperations>();
        Assert.True(await operations.EditAsync(fine, """{"number": 20, "reason": "noise"}"""));
        await operations.RunAgainAsync(fine);
        await AssertToldAsync(scenario, "NewFine %Number = 20, Reason = noise }", 1);
        await EndedAsync(scenario, (Each * 5) + 3);
        await Task.WhenAll(older.StopAsync(), newer.StopAsync());
    }

    private static IJobClient Client(IHost host) => host.Services.GetRequiredService<IJobClient>();

    private static Task AssertToldAsync(JobScenario scenario, string what, int times) =>
        Eventually.AssertAsync(async () => await scenario.CountAsync($"told WHERE what LIKE '{what}'") == times, Patience, () => $"Of {what} there are not {times}.\n{scenario.Output()}");

    // Each once.
    private static async Task EndedAsync(JobScenario scenario, int all)
    {
        await Eventually.AssertAsync(async () => await scenario.CountAsync($"bus_job WHERE state = {(int)JobState.Succeeded}") == all, Patience, scenario.Output);
        Assert.Equal((all, all), (await scenario.CountAsync("bus_job"), await scenario.CountAsync("told")));
    }
}
