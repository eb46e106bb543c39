using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Queues;

/// <summary>Compiles one of the C files beside this one into a library that is loaded before the C library of a process.</summary>
internal static class Shim
{
    /// <returns>The environment in which a process has it.</returns>
    public static async Task<Dictionary<string, string>> BuildAsync(TemporaryFolder folder, string name)
    {
        var library = folder[$"{name}.so"];
        await using var compiler = ChildProcess.Start("gcc", ["-shared", "-fPIC", "-O2", "-o", library, Path.Combine(AppContext.BaseDirectory, "Queues", $"{name}.c"), "-ldl"]);
        Assert.True(await compiler.WaitForExitAsync() == 0, string.Join('\n', compiler.Lines));
        return new Dictionary<string, string>(StringComparer.Ordinal) { ["LD_PRELOAD"] = library, ["SHIM_FILE"] = "bus.db" };
    }
}
