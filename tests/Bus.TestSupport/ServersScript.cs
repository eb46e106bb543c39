using System.Diagnostics;

namespace Bus.TestSupport;

/// <summary>Runs <c>tests/servers.sh</c>, which alone knows how the servers start and stop.</summary>
internal static class ServersScript
{
    // Installing them on a new machine takes longest.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    public static async Task<string> RunAsync(params string[] arguments)
    {
        var script = Path.Combine(Repository.Root, "tests", "servers.sh");
        var start = new ProcessStartInfo("bash", [script, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start: is it installed?");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"tests/servers.sh {string.Join(' ', arguments)} did not end within {Patience}.", late);
        }

        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"tests/servers.sh {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await errors}");
    }

    // Lines such as: export BUS_TEST_RABBITMQ='amqp://...'
    public static Dictionary<string, string> ParseExports(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.StartsWith("export ", StringComparison.Ordinal))
            .Select(line => line["export ".Length..].Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1].Trim().Trim('\''), StringComparer.Ordinal);
}
