using System.Net;
using System.Net.Sockets;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Docs;

/// <summary>Does what a page says, in a folder of its own, and holds the page to what it shows. Of several tests at once each has its own port in the place of 5000.</summary>
internal sealed class TutorialReader : IAsyncDisposable
{
    // Packages of others come from where this machine has them; those of the page stay in its folder.
    private const string Surroundings =
        "export NUGET_FALLBACK_PACKAGES=\"${NUGET_PACKAGES:-$HOME/.nuget/packages}\" LC_ALL=C DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1 TERM=dumb NO_COLOR=1; unset NUGET_PACKAGES; ";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();
    private readonly string _port = FreePort().ToString();
    private readonly List<string> _shown = [];
    private ChildProcess? _running;

    public async Task FollowAsync(TutorialPage page)
    {
        foreach (var act in page.Acts)
        {
            if (act is TutorialPage.Write file)
                await WriteAsync(file);
            else if (act is TutorialPage.Console console)
                await TypeAsync(console.Commands);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
        {
            await SignalAsync("KILL");
            await _running.DisposeAsync();
        }

        _folder.Dispose();
    }

    private Task WriteAsync(TutorialPage.Write file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[file.Path])!);
        return File.WriteAllTextAsync(_folder[file.Path], file.Text);
    }

    private async Task TypeAsync(IReadOnlyList<TutorialPage.Command> commands)
    {
        switch (commands)
        {
            case [{ Text: { } text } start] when text.StartsWith("dotnet run ", StringComparison.Ordinal):
                _running = Bash($"exec {text}", setsid: true);
                await SeeAsync(start.Shown);
                break;
            case [{ Text: null or "" }, ..]:
                foreach (var command in commands)
                    await (command.Text is null ? StopAsync() : SeeAsync(command.Shown));
                break;
            default:
                await RunAsync(commands);
                break;
        }
    }

    // All commands of a block in one shell, which keeps its variables; after each a mark and how it ended.
    private async Task RunAsync(IReadOnlyList<TutorialPage.Command> commands)
    {
        var script = $"exec >'{_folder["output"]}' 2>&1\n" + string.Concat(commands.Select(command => $"{command.Text}\nprintf '\\036%s\\036' $?\n"));
        await using var shell = Bash(script, setsid: false);
        await shell.WaitForExitAsync(Patience);
        var parts = (await File.ReadAllTextAsync(_folder["output"])).Split('\u001e');
        foreach (var (command, at) in commands.Select((command, at) => (command, at)))
        {
            var (said, code) = (parts[2 * at], parts[(2 * at) + 1]);
            string[] lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(code == "0", $"`{command.Text}` ended with {code}:\n{said}");
            Assert.True(
                ShownOutput.IsAll([.. command.Shown.Select(Ported)], lines), $"`{command.Text}` said\n{said}\nand not, as the page shows,\n{string.Join('\n', command.Shown)}{WhatRuns()}");
        }
    }

    private async Task SeeAsync(IReadOnlyList<string> shown)
    {
        _shown.AddRange(shown.Select(Ported));
        await Eventually.AssertAsync(() => ShownOutput.IsWithin(_shown, _running!.Lines) || _running.HasExited, TimeSpan.FromSeconds(90), WhatRuns);
        Assert.True(ShownOutput.IsWithin(_shown, _running!.Lines), $"It ended without having said\n{string.Join('\n', _shown)}{WhatRuns()}");
    }

    private async Task StopAsync()
    {
        await SignalAsync("INT");
        Assert.True(await _running!.WaitForExitAsync() == 0, $"It did not end well after Ctrl+C.{WhatRuns()}");
        _shown.Clear();
        _running = null;
    }

    // As a terminal does it: to all processes of the group.
    private async Task SignalAsync(string signal)
    {
        await using var kill = ChildProcess.Start("kill", ["-s", signal, "--", $"-{_running!.Id}"]);
        await kill.WaitForExitAsync();
    }

    private ChildProcess Bash(string script, bool setsid) => ChildProcess.Start(
        setsid ? "setsid" : "bash", [.. setsid ? ["bash"] : Array.Empty<string>(), "-c", $"cd '{_folder.FullPath}'; {Surroundings}{Ported(script)}"],
        new Dictionary<string, string>(StringComparer.Ordinal) { ["BUS"] = Repository.Root, ["ASPNETCORE_URLS"] = $"http://localhost:{_port}", ["HOME"] = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) });

    private string Ported(string text) => text.Replace("localhost:5000", $"localhost:{_port}", StringComparison.Ordinal);

    private string WhatRuns() => _running is null ? "" : $"\nThe program that runs has said\n{string.Join('\n', _running.Lines)}";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
