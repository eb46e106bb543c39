using Microsoft.Extensions.Configuration;

namespace Bus.Settings;

/// <summary>What <c>AddBus</c> read from the configuration, with everything that was wrong about it.</summary>
internal sealed class BusSettings
{
    private readonly IConfiguration _configuration;
    private readonly HashSet<string> _foreignKeys = new(StringComparer.OrdinalIgnoreCase)
    {
        "Bus:Roles", "Bus:Images", "Bus:Http", "Bus:Api",
    };

    public BusSettings(IConfiguration configuration)
    {
        _configuration = configuration;
        // Unknown keys are looked for later, when the service has named its own.
        new SettingsReader(_foreignKeys).Fill(Options, configuration.GetSection(BusOptions.Section));
        BusConnectionString = Text("Bus");
        RabbitMqConnectionString = Text("RabbitMq");
    }

    public BusOptions Options { get; } = new();

    /// <summary>Null if there is none.</summary>
    public string? BusConnectionString { get; }

    /// <summary>Null if there is none. Carries a password: never log it.</summary>
    public string? RabbitMqConnectionString { get; }

    /// <summary>Whether a <see cref="Microsoft.EntityFrameworkCore.DbContext"/> was registered, so that the database's settings matter.</summary>
    public bool UsesDatabase { get; set; }

    /// <summary>Whether the service plugged in a transport of its own, so that <see cref="BusOptions.Transport"/> does not matter.</summary>
    public bool UsesOwnTransport { get; set; }

    public void Recognize(string key) => _foreignKeys.Add(key.StartsWith("Bus:", StringComparison.OrdinalIgnoreCase) ? key : $"Bus:{key}");

    /// <summary>Every error in the values as they were written, and every unknown key.</summary>
    public IReadOnlyList<string> ReadErrors()
    {
        var reader = new SettingsReader(_foreignKeys);
        reader.Fill(new BusOptions(), _configuration.GetSection(BusOptions.Section));
        return reader.Errors;
    }

    private string? Text(string name) => _configuration.GetConnectionString(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;
}
