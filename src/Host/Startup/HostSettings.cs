using Microsoft.Extensions.Configuration;

namespace Bus.Host.Startup;

/// <summary>The settings of the executable itself, and everything that is wrong with them. Pure: the same configuration reads the same.</summary>
internal sealed class HostSettings
{
    public const string RolesKey = "Bus:Roles";
    public const string MigrateKey = "Bus:Migrate";
    public const string TokenKey = "Bus:Api:Token";

    /// <summary>Fewest characters of an API token.</summary>
    public const int ShortestToken = 32;

    private const string DefaultUrl = "http://127.0.0.1:5080";

    // A process without the API serves its health only; several workers on one machine must not fight for one port.
    private const string DefaultWorkerUrl = "http://127.0.0.1:0";

    private readonly List<string> _errors = [];

    private HostSettings(IConfiguration configuration)
    {
        Roles = ReadRoles(configuration[RolesKey]);
        Migrate = ReadMigrate(configuration[MigrateKey]);
        Urls = ReadUrls(configuration);
        Token = ReadToken(configuration[TokenKey]);
        CheckExposure();
    }

    public HostRoles Roles { get; }

    public MigrateMode Migrate { get; }

    /// <summary>Where to listen.</summary>
    public IReadOnlyList<string> Urls { get; }

    /// <summary>The API's token; null leaves the API open, which is accepted on loopback only.</summary>
    public string? Token { get; }

    /// <summary>Each says which setting, what it must be, and what it was. A token's text is never in them.</summary>
    public IReadOnlyList<string> Errors => _errors;

    public bool Has(HostRoles role) => Roles.HasFlag(role);

    public static HostSettings Read(IConfiguration configuration) => new(configuration);

    private HostRoles ReadRoles(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return HostRoles.All;
        }

        var roles = HostRoles.None;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var role = word.ToUpperInvariant() switch { "API" => HostRoles.Api, "WORKER" => HostRoles.Worker, _ => HostRoles.None };
            if (role == HostRoles.None)
            {
                _errors.Add($"`{RolesKey}` must be a list of api and worker, but named '{word}'.");
            }

            roles |= role;
        }

        return roles == HostRoles.None ? HostRoles.All : roles;
    }

    private MigrateMode ReadMigrate(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return MigrateMode.AtStart;
        }

        if (int.TryParse(text, out _) || !Enum.TryParse<MigrateMode>(text, ignoreCase: true, out var mode))
        {
            _errors.Add($"`{MigrateKey}` must be AtStart or Manual, but was '{text}'.");
            return MigrateMode.AtStart;
        }

        return mode;
    }

    private List<string> ReadUrls(IConfiguration configuration)
    {
        var urls = (configuration["urls"] ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string[] kestrel = [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(x => x["Url"]).OfType<string>()];
        List<string> all = [.. urls, .. kestrel];
        _errors.AddRange(all.Where(x => !ListenAddress.IsValid(x)).Select(x => $"`urls` must be addresses such as {DefaultUrl}, but named '{x}'."));
        return all.Count > 0 ? all : [Roles.HasFlag(HostRoles.Api) ? DefaultUrl : DefaultWorkerUrl];
    }

    private string? ReadToken(string? token)
    {
        if (string.IsNullOrEmpty(token))
        {
            return null;
        }

        if (token.Length < ShortestToken || token.Any(x => x is <= ' ' or > '~'))
        {
            _errors.Add($"`{TokenKey}` must be at least {ShortestToken} visible ASCII characters, but has {token.Length}. `openssl rand -hex 32` makes one.");
        }

        return token;
    }

    private void CheckExposure()
    {
        var exposed = Urls.Where(x => ListenAddress.IsValid(x) && !ListenAddress.IsLoopback(x)).ToList();
        if (exposed.Count > 0 && Token is null && Roles.HasFlag(HostRoles.Api))
        {
            _errors.Add($"`{TokenKey}` must be set to listen on {string.Join(" and ", exposed)}: beyond loopback the API is not left open. `openssl rand -hex 32` makes a token.");
        }
    }
}
