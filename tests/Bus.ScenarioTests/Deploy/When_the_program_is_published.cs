using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Deploy;

/// <summary>The folder that <c>dotnet publish</c> makes, as the <c>Containerfile</c> and the page of systemd ask for it.</summary>
[Collection(nameof(Builds))]
public sealed class When_the_program_is_published : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Should_explain_itself_serve_say_how_it_is_and_write_to_its_data_folder_alone()
    {
        await PublishAsync();
        var published = Files();
        await using var help = Start("--help");
        Assert.Equal(0, await help.WaitForExitAsync());
        Assert.Contains(help.Lines, x => x.Contains("serve", StringComparison.Ordinal));

        await using var nobody = Start("health", "--urls=http://127.0.0.1:1");
        Assert.Equal(1, await nobody.WaitForExitAsync());
        Assert.Contains(nobody.Lines, x => x.StartsWith("Nobody answers at http://127.0.0.1:1/health/ready", StringComparison.Ordinal));

        await using var program = Start("serve", "--urls=http://127.0.0.1:0");
        var line = await program.WaitForLineAsync("Now listening on: ");
        await program.WaitForLineAsync("Application started");
        await using var health = Start("health", $"--urls={line[line.IndexOf("http", StringComparison.Ordinal)..]}");
        Assert.Equal(0, await health.WaitForExitAsync());
        Assert.Contains(health.Lines, x => x.Contains("\"status\":\"Healthy\"", StringComparison.Ordinal));

        await program.TerminateAsync();
        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Equal(published, Files());
        Assert.True(File.Exists(_folder["data/service.db"]));
    }

    public void Dispose() => _folder.Dispose();

    private async Task PublishAsync()
    {
        // Its workers would hold its output open beyond its end.
        var alone = new Dictionary<string, string>(StringComparer.Ordinal) { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_NOLOGO"] = "1" };
        await using var publish = ChildProcess.Start(
            "dotnet", ["publish", Path.Combine(Repository.Root, "src", "Host"), "--configuration", "Release", "--output", _folder["app"], "--verbosity", "quiet", "-p:UseSharedCompilation=false"], alone);
        Assert.True(await publish.WaitForExitAsync(TimeSpan.FromMinutes(5)) == 0, string.Join('\n', publish.Lines));
    }

    private List<string> Files() => [.. Directory.EnumerateFiles(_folder["app"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private ChildProcess Start(params string[] arguments) => ChildProcess.StartDotnet(
        _folder["app/Bus.Host.dll"], arguments, new Dictionary<string, string>(StringComparer.Ordinal) { ["Bus__DataFolder"] = _folder["data"] });
}
