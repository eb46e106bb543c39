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
