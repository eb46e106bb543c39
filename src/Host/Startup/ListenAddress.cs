using System.Net;
using Microsoft.AspNetCore.Http;

namespace Bus.Host.Startup;

/// <summary>Tells who can reach an address that a server listens on.</summary>
internal static class ListenAddress
{
    public static bool IsValid(string url) => Parse(url) is not null;

    /// <summary>Whether only this machine can reach it. A name that is not <c>localhost</c> counts as reachable: Kestrel listens on every interface for it.</summary>
    public static bool IsLoopback(string url) => Parse(url) is { } address
        && (address.IsUnixPipe
            || address.IsNamedPipe
            || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)));

    /// <summary>Where this machine reaches what listens there; null for what is invalid, not on TCP, or on a port that is chosen at the start.</summary>
    public static Uri? Reachable(string url)
    {
        if (Parse(url) is not { IsUnixPipe: false, IsNamedPipe: false, Port: > 0 } address)
        {
            return null;
        }

        // A name, or an address that means every interface, is reached on loopback.
        var one = IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any);
        return new UriBuilder(address.Scheme, one ? address.Host : "localhost", address.Port).Uri;
    }

    private static BindingAddress? Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
