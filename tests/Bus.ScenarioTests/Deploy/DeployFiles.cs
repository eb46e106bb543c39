using System.Text.RegularExpressions;
using Bus.Host.Startup;
using Bus.TestSupport;

namespace Bus.ScenarioTests.Deploy;

/// <summary>What stands in <c>deploy</c>, as the tests read it.</summary>
internal static partial class DeployFiles
{
    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Repository.Root, "deploy", file));

    /// <summary>The settings of the example, those that are commented out too.</summary>
    public static IEnumerable<KeyValuePair<string, string>> ExampleSettings() =>
        Lines("bus.env.example").Select(line => Setting().Match(line)).Where(match => match.Success).Select(match => KeyValuePair.Create(match.Groups["key"].Value, match.Groups["value"].Value));

    /// <summary>The values of a directive of the unit.</summary>
    public static string[] Unit(string directive) => [.. Lines("bus.service").Where(line => line.StartsWith(directive + "=", StringComparison.Ordinal)).Select(line => line[(directive.Length + 1)..])];

    /// <summary>Builds the host with these variables, as it would start with them; a folder of the test's own is its data folder.</summary>
    /// <exception cref="SettingsException">The host does not know one, or cannot read its value.</exception>
    public static async Task BuildHostAsync(IEnumerable<KeyValuePair<string, string>> variables, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var settings = variables.Select(x => KeyValuePair.Create(Key(x.Key), (string?)Filled(x.Value))).Where(x => x.Key != "Bus:DataFolder");
        await using var app = BusHost.Build(arguments, [.. settings, KeyValuePair.Create<string, string?>("Bus:DataFolder", folder.FullPath)]);
    }

    /// <summary>What is left of a value when its references and placeholders are taken out.</summary>
    public static string WithoutPlaceholders(string value) => Placeholder().Replace(value, "");

    private static string Key(string variable) => variable.Replace("ASPNETCORE_URLS", "urls", StringComparison.Ordinal).Replace("__", ":", StringComparison.Ordinal);

    private static string Filled(string value) => Placeholder().Replace(value, new string('a', HostSettings.ShortestToken));

    [GeneratedRegex(@"\$\{\w+(:\?[^}]*)?\}|<\w+>", RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();

    [GeneratedRegex("^#?(?<key>[A-Za-z]\\w*)=(?<value>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Setting();
}
