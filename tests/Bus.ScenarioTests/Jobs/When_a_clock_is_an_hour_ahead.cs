using System.Globalization;
using Bus.Jobs;
using Bus.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ScenarioTests.Jobs;

/// <summary>Of two processes on one PostgreSQL one has a clock that is an hour ahead. The database's counts: no lease is over before its time, and no job begins before its own.</summary>
public sealed class When_a_clock_is_an_hour_ahead
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Should_neither_take_what_others_run_nor_run_early_what_is_to_wait()
    {
        await using var scenario = await JobScenario.OnServersAsync();
        using var host = JobWorker.Build(scenario.Settings, runs: false);
        await host.StartAsync();
        var client = host.Services.GetRequiredService<IJobClient>();
        var now = TimeProvider.System.GetUtcNow();
        var inHalfAnHour = now.AddMinutes(30);

        var stays = await client.EnqueueAsync(new Work(null, WorkHandler.Stays));
        var waits = await client.EnqueueAsync(new Work(null, 1), new EnqueueOptions { At = inHalfAnHour });
        scenario.Start(null, "--Places=1");
        await Eventually.AssertAsync(async () => (await client.FindAsync(stays))!.State == JobState.Running, Patience, scenario.Output);

        var ahead = await scenario.StartAheadAsync($"--At={inHalfAnHour.ToUnixTimeMilliseconds()}");
        var clock = (await ahead.WaitForLineAsync(JobWorker.Clock, Patience))[JobWorker.Clock.Length..];
        Assert.True(DateTimeOffset.Parse(clock, CultureInfo.InvariantCulture) > now.AddMinutes(59), $"Its clock says {clock}.");

        // The other has no room for it.
        var begins = TimeProvider.System.GetUtcNow().AddSeconds(4);
        var soon = await client.EnqueueAsync(new Work(null, 2), new EnqueueOptions { At = begins });
        await Eventually.AssertAsync(async () => (await client.FindAsync(soon))!.State == JobState.Succeeded, Patience, scenario.Output);
        var ran = (await client.FindAsync(soon))!;
        Assert.EndsWith(string.Create(CultureInfo.InvariantCulture, $"/{ahead.Id}"), ran.Node, StringComparison.Ordinal);
        Assert.InRange(ran.StartedAt!.Value, begins.AddMilliseconds(-1), begins + Patience);

        await Eventually.AssertAsync(async () => (await client.FindAsync(stays))!.State == JobState.Succeeded, Patience, scenario.Output);
        Assert.Equal((1, 0), (await scenario.CountAsync($"worked WHERE number = {WorkHandler.Stays} AND run = 1"), await scenario.CountAsync($"bus_job_run WHERE outcome = {(int)JobRunOutcome.Lost}")));
        Assert.Equal(JobState.Scheduled, (await client.FindAsync(waits))!.State);
        // The one that it has enqueued itself, too.
        Assert.Equal(2, await scenario.CountAsync($"bus_job WHERE state = {(int)JobState.Scheduled}"));
        await host.StopAsync();
    }
}
