using Bus.Core.Recoverability;

namespace Bus.Jobs;

/// <summary>
/// Who may be told of the end of jobs, and how calls are signed: by the Standard Webhooks specification (standardwebhooks.com). The same in every process that enqueues with a callback or is to make the calls.
/// </summary>
public sealed class WebhookOptions
{
    /// <summary>
    /// The hosts that may be called: names, or all names under one as <c>*.example.com</c>, which is not <c>example.com</c> itself. Empty, the default, for none. Where a name leads to an address of this machine or
    /// of a private network it is called only if it stands here itself and not by a star.
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>What calls are signed with: at least 24 bytes as base64, with or without <c>whsec_</c> before them. Usually one; while one replaces another both, and calls carry both signatures.</summary>
    public IList<string> Secrets { get; } = [];

    /// <summary>How often and in what rhythm a call is tried: by default 10 times, from 10 s to 6 h apart, doubled each time and spread by chance.</summary>
    public RetrySchedule Retry { get; set; } = new() { MaxAttempts = 10, FirstDelay = TimeSpan.FromSeconds(10), MaxDelay = TimeSpan.FromHours(6) };
}
