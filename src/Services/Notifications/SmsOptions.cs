namespace Bus.Services.Notifications;

/// <summary>How text messages are sent: section <c>Bus:Notifications:Sms</c>.</summary>
public sealed class SmsOptions : ChannelOptions
{
    /// <summary>The provider, an http or https address: each message is a POST to <c>{Url}/messages</c>. Null, the default, writes each as a JSON file into <c>sms</c> below <c>Bus:DataFolder</c> instead.</summary>
    public string? Url { get; set; }

    /// <summary>What the provider knows us by, sent as <c>Authorization: Bearer</c>; null, the default, for nothing.</summary>
    public string? Key { get; set; }

    /// <summary>How long the provider has for its answer, 1 s to 10 minutes. Default 15 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>What the provider's call-backs are signed with: at least 24 bytes as base64, with or without <c>whsec_</c> before them. Null, the default, takes no call-backs, and what is sent stays sent.</summary>
    public string? CallbackSecret { get; set; }

    /// <summary>How long a message that the provider has taken may stay without a call-back before it is unconfirmed, 1 s to 30 days. Default an hour.</summary>
    public TimeSpan ConfirmWithin { get; set; } = TimeSpan.FromHours(1);
}
