using Bus.Core.Faults;
using Xunit;

namespace Bus.ScenarioTests.Faults;

/// <summary>A process dies with messages in its outbox; the one that takes them over dies of it too.</summary>
public sealed class When_a_process_dies_taking_over_from_the_dead
{
    [Theory]
    [InlineData(FaultPoints.BeforeRelayClaim)]
    [InlineData(FaultPoints.AfterRelayClaim)]
    [InlineData(FaultPoints.BeforeRelayDelete)]
    public async Task Should_leave_it_to_the_next(string point)
    {
        await using var system = await ImageSystem.CreateAsync();
        var api = system.StartAsync(ImageSystem.Api);
        var first = await system.StartAsync(ImageSystem.Worker, $"{FaultPoints.BeforeRelaySend}:{(ImageSystem.IsLong ? 60 : 7)}");
        var alive = await api;
        var ids = await system.UploadAsync(KillScenario.Photos, atATime: 4);
        Assert.Equal(137, await first.WaitForExitAsync(TimeSpan.FromSeconds(60)));
        // Nobody else may find the dead one's messages: the next worker is the only process.
        await alive.KillAsync();

        var second = system.Spawn(ImageSystem.Worker, point);
        Assert.Equal(137, await second.WaitForExitAsync(TimeSpan.FromSeconds(60)));
        await Task.WhenAll(system.StartAsync(ImageSystem.Api), system.StartAsync(ImageSystem.Worker));

        await system.EndsWellAsync(ids);
    }
}
