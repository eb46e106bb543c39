using Bus.Host.Startup;
using Microsoft.Extensions.Configuration;

namespace Bus.Host.Demo;

/// <summary>A fresh folder for one demonstration, in <c>Bus:DataFolder</c> if that is set, else among the temporary files. It is left for looking at.</summary>
internal sealed record DemoFolder(string Root)
{
    public string Samples => Path.Combine(Root, "samples");

    public string Results => Path.Combine(Root, "results");

    /// <summary>Where reports are delivered to; it is made when that has failed.</summary>
    public string Deliveries => Path.Combine(Root, "deliveries");

    public static DemoFolder Create(string[] settings)
    {
        using var configuration = new ConfigurationManager();
        HostConfiguration.Fill(configuration, settings);
        var root = configuration["Bus:DataFolder"] is { Length: > 0 } data
            ? Path.Combine(Path.GetFullPath(data), $"demo-{Guid.NewGuid().ToString("N")[..8]}")
            : Directory.CreateTempSubdirectory("bus-demo-").FullName;
        var folder = new DemoFolder(root);
        Directory.CreateDirectory(folder.Results);
        return folder;
    }

    /// <summary>What a demonstration needs whatever the settings say: its own folder, both roles, a free port, a quiet log, and jobs that say much and give up soon.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Settings() =>
    [
        new("Bus:DataFolder", Path.Combine(Root, "data")),
        new(HostSettings.RolesKey, "api,worker"),
        new("urls", "http://127.0.0.1:0"),
        new("Serilog:MinimumLevel:Default", "Warning"),
        new("Serilog:MinimumLevel:Override:Microsoft.Hosting.Lifetime", "Warning"),
        // What fails on purpose is told by the demonstration.
        new("Serilog:MinimumLevel:Override:Bus.Outbox", "Fatal"),
        new("Bus:Reports:ChunkRows", "1"),
        new("Bus:Reports:DeliverTo", Deliveries),
        new("Bus:Reports:DeliveryAttempts", "3"),
        new("Bus:Reports:DeliveryDelay", "00:00:00.5"),
    ];
}
