using Microsoft.Extensions.Configuration;

namespace Bus.Host.Startup;

/// <summary>
/// Where settings come from, each over the one before: appsettings.json beside the program, appsettings.json in the current directory, the environment
/// (<c>Bus__Transport</c>), the arguments (<c>--Bus:Transport=RabbitMq</c>).
/// </summary>
internal static class HostConfiguration
{
    public static void Fill(IConfigurationManager configuration, string[] settings, IEnumerable<KeyValuePair<string, string?>>? last = null)
    {
        // Not watched for changes: settings are read once, and a watcher would get an event for every write to a data folder beside the file.
        var own = Path.Combine(Directory.GetCurrentDirectory(), "appsettings.json");
        if (!string.Equals(Path.GetDirectoryName(own), Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory), StringComparison.Ordinal))
        {
            configuration.AddJsonFile(own, optional: true, reloadOnChange: false);
        }

        configuration.AddEnvironmentVariables("ASPNETCORE_");
        configuration.AddEnvironmentVariables("DOTNET_");
        configuration.AddEnvironmentVariables();
        configuration.AddCommandLine(settings);
        configuration.AddInMemoryCollection(last ?? []);
    }
}
