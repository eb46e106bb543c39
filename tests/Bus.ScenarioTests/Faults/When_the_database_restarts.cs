using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Faults;

/// <summary>PostgreSQL restarts while photos are uploaded and worked on.</summary>
public sealed class When_the_database_restarts
{
    private const int Restarts = 2;

    [Fact]
    public async Task Should_answer_with_clean_errors_and_go_on_unaided()
    {
        await using var servers = await TestServers.StartDedicatedAsync();
        await using var system = await ImageSystem.CreateAsync(servers);
        var processes = await Task.WhenAll(system.StartAsync(ImageSystem.Api), system.StartAsync(ImageSystem.Worker));
        List<Guid> ids = [.. await system.UploadAsync(6, atATime: 4)];

        for (var restart = 0; restart < Restarts; restart++)
        {
            var uploads = system.UploadAsync(ImageSystem.IsLong ? 200 : 20, atATime: 4);
            await servers.StopPostgresAsync();
            // Stays away until callers have been told so.
            var before = system.Refusals;
            await Eventually.AssertAsync(() => uploads.IsCompleted || system.Refusals > before, TimeSpan.FromSeconds(60));
            await servers.StartPostgresAsync();
            ids.AddRange(await uploads);
        }

        await system.EndsWellAsync(ids, TimeSpan.FromMinutes(3));
        Assert.Empty(system.Unclean);
        Assert.NotEqual(0, system.Refusals);
        Assert.All(processes, process => Assert.False(process.HasExited));
    }
}
