using System.Net;

namespace Bus.Jobs.Webhooks;

/// <summary>Which addresses may be called. Thread-safe.</summary>
/// <param name="options">The hosts and secrets.</param>
/// <param name="address">What errors call the address.</param>
/// <param name="section">Where errors say that the options are set.</param>
internal sealed class WebhookRules(WebhookOptions options, string address = "Callback", string section = "JobsOptions.Webhooks.")
{
    private const int LongestAddress = 2_000;

    private readonly string _address = $"`{address}`";
    private readonly string _setting = $"`{section}{nameof(WebhookOptions.AllowedHosts)}`";
    private readonly string _secrets = $"`{section}{nameof(WebhookOptions.Secrets)}`";

    /// <exception cref="JobException">It may not be called.</exception>
    public void Require(Uri address)
    {
        if (options.AllowedHosts.Count == 0)
            throw new JobException($"{_address} is refused: {_setting} names the hosts that may be called, and it is empty.");
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps) || address.AbsoluteUri.Length > LongestAddress)
            throw new JobException($"{_address} must be an absolute http or https address of at most {LongestAddress:N0} characters.");
        if (address.UserInfo.Length > 0)
            throw new JobException($"{_address} must carry no user name and no password: calls are signed instead.");
        if (!Allows(address))
            throw new JobException($"{_address} is refused: {_setting} does not name `{address.IdnHost}`.");
        if (options.Secrets.Count == 0)
            throw new JobException($"{_address} is refused: calls are signed, and {_secrets} is empty.");
    }

    /// <summary>Those of the addresses that a host has which may be connected to.</summary>
    /// <exception cref="JobException">There is none.</exception>
    public IPAddress[] Choose(string host, IPAddress[] addresses)
    {
        IPAddress[] chosen = [.. addresses.Where(address => IsNamed(host) || PublicAddress.Is(address))];
        return chosen.Length > 0
            ? chosen
            : throw new JobException($"`{host}` leads to an address of this machine or of a private network, and is not called: name it in {_setting} itself if that is meant.");
    }

    private bool Allows(Uri address) =>
        IsNamed(address.IdnHost) || (address.HostNameType == UriHostNameType.Dns && options.AllowedHosts.Any(host => host.StartsWith("*.", StringComparison.Ordinal) && address.IdnHost.EndsWith(host[1..], StringComparison.OrdinalIgnoreCase)));

    private bool IsNamed(string host) => options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
}
