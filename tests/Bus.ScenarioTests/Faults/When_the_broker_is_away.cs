using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Faults;

/// <summary>The broker stops while photos are uploaded and worked on: 30 s in the long form, 8 s in the short one.</summary>
public sealed class When_the_broker_is_away
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(ImageSystem.IsLong ? 30 : 8);

    [Fact]
    public async Task Should_accept_every_upload_and_finish_all_once_it_is_back()
    {
        await using var servers = await TestServers.StartDedicatedAsync();
        await using var system = await ImageSystem.CreateAsync(servers);
        var processes = await Task.WhenAll(system.StartAsync(ImageSystem.Api), system.StartAsync(ImageSystem.Worker));
        List<Guid> ids = [.. await system.UploadAsync(6, atATime: 4)];

        await servers.StopRabbitAsync();
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        var health = "";
        while (clock.GetElapsedTime(start) < Outage || health != "Degraded")
        {
            Assert.True(clock.GetElapsedTime(start) < Outage * 4, $"The health still says {health}.");
            ids.Add(await system.UploadOnceAsync());
            health = await system.HealthAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(250), clock);
        }

        await servers.StartRabbitAsync();
        ids.Add(await system.UploadOnceAsync());

        await system.EndsWellAsync(ids, TimeSpan.FromMinutes(3));
        Assert.All(processes, process => Assert.False(process.HasExited));
        await Eventually.AssertAsync(async () => await system.HealthAsync() == "Healthy");
    }
}
