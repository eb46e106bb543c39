using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.DeadLetters;

/// <summary>RabbitMQ stops, once in an orderly way and once as by <c>kill -9</c>, while messages are taken out of an error queue, and starts again.</summary>
public sealed class When_the_broker_is_away_from_dead_letters
{
    private const int Messages = 400;

    [Fact]
    public async Task Should_read_on_unaided_when_it_is_back_and_keep_one_letter_of_each()
    {
        await using var servers = await TestServers.StartDedicatedAsync();
        await using var scenario = await LetterScenario.CreateAsync(servers);
        await scenario.FillAsync(0, 1);
        var worker = scenario.Start();
        await Eventually.AssertAsync(async () => await scenario.DepthAsync() == 0, TimeSpan.FromMinutes(1), scenario.Output);

        var all = 1;
        foreach (var stop in (Func<Task>[])[servers.StopRabbitAsync, servers.KillRabbitAsync])
        {
            await scenario.FillAsync(all, Messages);
            var begun = all;
            // In the midst of them, if the machine is quick enough to see it.
            await Eventually.AssertAsync(async () => (await scenario.StoredAsync()).Letters > begun, TimeSpan.FromMinutes(1), scenario.Output);
            await stop();
            await servers.StartRabbitAsync();
            all += Messages;
            await scenario.FillAsync(all, 1);
            all++;

            var found = (Letters: 0, Messages: 0);
            await Eventually.AssertAsync(async () => (found = await scenario.StoredAsync()) == (all, all), TimeSpan.FromMinutes(2), () => $"{found} of {all}.\n{scenario.Output()}");
            await Eventually.AssertAsync(async () => await scenario.DepthAsync() == 0, TimeSpan.FromMinutes(1), scenario.Output);
        }

        Assert.False(worker.HasExited);
    }
}
