using Xunit;

namespace Bus.ScenarioTests.Faults;

/// <summary>A process dies at a named point while photos are uploaded: 200 in the long form, 6 in the short one.</summary>
internal static class KillScenario
{
    // Blocks and groups are reached less often than single messages, so the long form multiplies by little.
    private const int LongFactor = 4;

    public static int Photos => ImageSystem.IsLong ? 200 : 6;

    public static async Task RunAsync(string role, string point, int times, IImageStore? store = null)
    {
        await using var system = store is null ? await ImageSystem.CreateAsync() : new ImageSystem(store);
        var fault = $"{point}:{(ImageSystem.IsLong ? times * LongFactor : times)}";
        var other = system.StartAsync(role == ImageSystem.Api ? ImageSystem.Worker : ImageSystem.Api);
        var dying = await system.StartAsync(role, fault);
        await other;

        var uploads = system.UploadAsync(Photos, atATime: ImageSystem.IsLong ? 8 : 1);
        Assert.Equal(137, await dying.WaitForExitAsync(TimeSpan.FromSeconds(60)));
        await system.StartAsync(role);

        await system.EndsWellAsync(await uploads);
        Assert.Empty(system.Unclean);
    }
}
