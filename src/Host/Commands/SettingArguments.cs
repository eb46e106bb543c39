namespace Bus.Host.Commands;

/// <summary>
/// Parts an argument list into settings (<c>--Bus:Transport=RabbitMq</c>, <c>--Bus:Transport RabbitMq</c>, <c>--urls …</c>) and what the command line is to
/// understand. Pure. Settings outside of the known sections stay with the command line, which refuses them: a mistyped section is an error and not a setting
/// that nobody reads.
/// </summary>
internal sealed record SettingArguments(string[] Settings, string[] WithoutValue, string[] Rest)
{
    private static readonly string[] Sections = ["Bus", "ConnectionStrings", "Serilog", "Logging", "Kestrel"];

    private static readonly string[] Single = ["urls", "environment", "OTEL_EXPORTER_OTLP_ENDPOINT"];

    public static SettingArguments Split(IReadOnlyList<string> arguments)
    {
        List<string> settings = [];
        List<string> withoutValue = [];
        List<string> rest = [];
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!IsSetting(arguments[i]))
            {
                rest.Add(arguments[i]);
                continue;
            }

            if (arguments[i].Contains('=', StringComparison.Ordinal))
            {
                settings.Add(arguments[i]);
            }
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                settings.AddRange([arguments[i], arguments[++i]]);
            }
            else
            {
                withoutValue.Add(arguments[i]);
            }
        }

        return new SettingArguments([.. settings], [.. withoutValue], [.. rest]);
    }

    private static bool IsSetting(string argument)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
        {
            return false;
        }

        var key = argument[2..].Split('=', 2)[0];
        return Single.Contains(key, StringComparer.OrdinalIgnoreCase)
            || (key.Split(':') is [var section, _, ..] && Sections.Contains(section, StringComparer.OrdinalIgnoreCase));
    }
}
