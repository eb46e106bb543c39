namespace Bus.Services.Notifications;

/// <summary>How webhooks are sent: section <c>Bus:Notifications:Push</c>.</summary>
public sealed class PushOptions : ChannelOptions
{
    /// <summary>The hosts that may be called, separated by commas: names, or all names under one as <c>*.example.com</c>. Empty, the default, for none. By a starred name no address of a private network is called.</summary>
    public string AllowedHosts { get; set; } = "";

    /// <summary>What calls are signed with, separated by commas: at least 24 bytes each as base64, with or without <c>whsec_</c> before them. Usually one; two while one replaces the other.</summary>
    public string Secrets { get; set; } = "";

    /// <summary>How many calls to one host run at once, 1 to 1,000, so that one that is slow keeps no other waiting. Default 2.</summary>
    public int ConcurrencyPerHost { get; set; } = 2;
}
