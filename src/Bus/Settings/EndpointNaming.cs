using MassTransit;

namespace Bus.Settings;

/// <summary>Queue names: kebab-case, with the system's prefix before them.</summary>
internal static class EndpointNaming
{
    public static IEndpointNameFormatter Formatter(string? prefix) =>
        new KebabCaseEndpointNameFormatter(string.IsNullOrWhiteSpace(prefix) ? null : prefix, includeNamespace: false);

    public static IEnumerable<string> Errors(string? prefix)
    {
        if (!string.IsNullOrWhiteSpace(prefix) && !prefix.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
        {
            yield return $"`Bus:EndpointPrefix` must consist of letters, digits, `-`, `_` and `.`, but was {prefix}.";
        }
    }
}
