using System.Net;

namespace Bus.Jobs.Webhooks;

/// <summary>Which addresses may be called. Thread-safe.</summary>
internal sealed class WebhookRules(WebhookOptions options)
{
    private const int LongestAddress = 2_000;
    private const string Setting = "`JobsOptions.Webhooks.AllowedHosts`";

    /// <exception cref="JobException">It may not be called.</exception>
    public void Require(Uri address)
    {
        if (options.AllowedHosts.Count == 0)
            throw new JobException($"`Callback` is refused: {Setting} names the hosts that may be called, and it is empty.");
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps) || address.AbsoluteUri.Length > LongestAddress)
            throw new JobException($"`Callback` must be an absolute http or https address of at most {LongestAddress:N0} characters.");
        if (address.UserInfo.Length > 0)
            throw new JobException("`Callback` must carry no user name and no password: calls are signed instead.");
        if (!Allows(address))
            throw new JobException($"`Callback` is refused: {Setting} does not name `{address.IdnHost}`.");
        if (options.Secrets.Count == 0)
            throw new JobException("`Callback` is refused: calls are signed, and `JobsOptions.Webhooks.Secrets` is empty.");
    }

    /// <summary>Those of the addresses that a host has which may be connected to.</summary>
    /// <exception cref="JobException">There is none.</exception>
    public IPAddress[] Choose(string host, IPAddress[] addresses)
    {
        IPAddress[] chosen = [.. addresses.Where(address => IsNamed(host) || PublicAddress.Is(address))];
        return chosen.Length > 0
            ? chosen
            : throw new JobException($"`{host}` leads to an address of this machine or of a private network, and is not called: name it in {Setting} itself if that is meant.");
    }

    private bool Allows(Uri address) =>
        IsNamed(address.IdnHost) || (address.HostNameType == UriHostNameType.Dns && options.AllowedHosts.Any(host => host.StartsWith("*.", StringComparison.Ordinal) && address.IdnHost.EndsWith(host[1..], StringComparison.OrdinalIgnoreCase)));

    private bool IsNamed(string host) => options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
}
