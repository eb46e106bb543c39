using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.DeadLetters;

/// <summary>PostgreSQL stops while messages are taken out of an error queue, others come meanwhile, and it starts again; twice.</summary>
public sealed class When_the_database_is_away_from_dead_letters
{
    private const int Outages = 2;
    private const int Before = 400;
    private const int Meanwhile = 60;

    [Fact]
    public async Task Should_leave_them_in_their_queue_and_go_on_unaided_when_it_is_back()
    {
        await using var servers = await TestServers.StartDedicatedAsync();
        await using var scenario = await LetterScenario.CreateAsync(servers);
        await scenario.FillAsync(0, 1);
        var worker = scenario.Start();
        await Eventually.AssertAsync(async () => await scenario.DepthAsync() == 0, TimeSpan.FromMinutes(1), scenario.Output);

        var all = 1;
        for (var outage = 0; outage < Outages; outage++)
        {
            var filling = scenario.FillAsync(all, Before);
            // In the midst of them.
            var begun = all;
            await Eventually.AssertAsync(async () => (await scenario.StoredAsync()).Letters > begun, TimeSpan.FromMinutes(1), scenario.Output);
            await servers.StopPostgresAsync();
            await filling;
            await scenario.FillAsync(all + Before, Meanwhile);
            all += Before + Meanwhile;

            Assert.InRange(await Eventually.SettleAsync(scenario.DepthAsync, TimeSpan.FromSeconds(3)), Meanwhile, Before + Meanwhile);
            await servers.StartPostgresAsync();

            await Eventually.AssertAsync(async () => await scenario.DepthAsync() == 0, TimeSpan.FromMinutes(2), scenario.Output);
            // A connection that this process had before is found broken by its next use.
            var found = (Letters: 0, Messages: 0);
            await Eventually.AssertAsync(async () => (found = await scenario.StoredAsync()) == (all, all), because: () => $"{found} of {all}.\n{scenario.Output()}");
        }

        Assert.False(worker.HasExited);
    }
}
