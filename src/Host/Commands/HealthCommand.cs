using Bus.Host.Startup;
using Microsoft.Extensions.Configuration;

namespace Bus.Host.Commands;

/// <summary>Asks the process that runs with these settings whether it is ready: for where there is no curl, as in a container.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] settings, CancellationToken cancellationToken)
    {
        using var configuration = new ConfigurationManager();
        HostConfiguration.Fill(configuration, settings);
        var first = HostSettings.Read(configuration).Urls[0];
        var address = new Uri(
            ListenAddress.Reachable(first) ?? throw new SettingsException([$"`urls` must begin with the address that the process listens on, such as http://127.0.0.1:5080, but began with '{first}'."]), "/health/ready");
        using var http = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await http.GetAsync(address, cancellationToken);
            await Console.Out.WriteLineAsync(await answer.Content.ReadAsStringAsync(cancellationToken));
            return answer.IsSuccessStatusCode ? CommandLine.Success : CommandLine.Failure;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"Nobody answers at {address} within {Patience.TotalSeconds:0} s: {error.Message} It asks at the first of `urls`: give it the settings of the process that it is to ask.");
            return CommandLine.Failure;
        }
    }
}
