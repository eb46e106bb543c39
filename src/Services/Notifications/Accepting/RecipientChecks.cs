using System.Buffers;
using Bus.Contracts.Notifications;
using Bus.Services.Notifications.Records;

namespace Bus.Services.Notifications.Accepting;

/// <summary>What is wrong with a recipient. Every text is the end of a sentence that a person understands. Pure.</summary>
internal static class RecipientChecks
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    /// <summary>Why the recipient cannot be told by any channel; null when there is no reason.</summary>
    public static string? Refusal(NotificationRecipient recipient)
    {
        if (IdRefusal(recipient.Id) is { } wrong)
            return wrong;
        if (recipient.Name is { } name && (name.Length > DeliveryRecord.LongestName || name.Any(char.IsControl) || !StoredText.Holds(name)))
            return $"has a name with a line break or of more than {DeliveryRecord.LongestName} characters";
        return recipient.TimeZone is { } zone && (zone.Length > ContactRecord.LongestZone || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            ? $"has a time zone '{Shown(zone)}' that is not known here: it must be an IANA name such as Europe/Oslo"
            : null;
    }

    /// <summary>Why somebody cannot be known by that id; null when there is no reason.</summary>
    public static string? IdRefusal(string? id) => string.IsNullOrWhiteSpace(id) || id.Length > DeliveryRecord.LongestRecipient || id.Any(char.IsControl) || !StoredText.Holds(id) || id[0] == ' ' || id[^1] == ' '
        ? $"must have an id of 1 to {DeliveryRecord.LongestRecipient} characters without line breaks, half characters and blanks at its ends"
        : null;

    /// <summary>The recipient's address for a channel; null when there is none.</summary>
    public static string? AddressOf(NotificationRecipient recipient, NotificationChannel channel) => channel switch
    {
        NotificationChannel.Email => NullIfEmpty(recipient.Email),
        NotificationChannel.Sms => NullIfEmpty(recipient.Phone),
        _ => NullIfEmpty(recipient.PushUrl),
    };

    /// <summary>Why nothing can be sent to an address; null when there is no reason.</summary>
    public static string? Refusal(NotificationChannel channel, string address) => channel switch
    {
        _ when !StoredText.Holds(address) => $"the address '{Shown(address)}' has half characters or nulls",
        NotificationChannel.Email => EmailAddress.Refusal(address) is { } wrong ? $"the e-mail address '{Shown(address)}' {wrong}" : null,
        NotificationChannel.Sms => IsPhone(address) ? null : $"the phone number '{Shown(address)}' must be in the international form, as +4712345678",
        _ => IsUrl(address) ? null : $"the push URL '{Shown(address)}' must be an http or https address of at most {DeliveryRecord.LongestAddress:N0} characters",
    };

    /// <summary>All that is wrong with a recipient, its addresses included.</summary>
    public static IEnumerable<string> All(NotificationRecipient recipient)
    {
        if (Refusal(recipient) is { } wrong)
            yield return wrong;
        foreach (var channel in Enum.GetValues<NotificationChannel>())
        {
            if (AddressOf(recipient, channel) is { } address && Refusal(channel, address) is { } why)
                yield return $"cannot be told by {channel.ToString().ToLowerInvariant()}: {why}";
        }
    }

    // E.164: at most 15 digits, of which the first is not 0.
    private static bool IsPhone(string text) => text is ['+', >= '1' and <= '9', ..] && text.Length is >= 8 and <= ContactRecord.LongestPhone && !text.AsSpan(1).ContainsAnyExcept(Digits);

    private static bool IsUrl(string text) =>
        text.Length <= DeliveryRecord.LongestAddress && !text.Any(char.IsControl) && Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.UserInfo.Length == 0
        && HasHost(url);

    // A name that DNS cannot hold is found out when it is asked for, and not before: it throws, or comes back as it was.
    private static bool HasHost(Uri url)
    {
        try
        {
            var host = url.IdnHost;
            return url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || (host.Length is > 0 and <= 253 && host.All(char.IsAscii) && host.Split('.').All(label => label.Length <= 63));
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>The beginning of what somebody sent, on one line, for errors.</summary>
    public static string Shown(string? text) => string.Concat((text ?? "").Take(80).Select(c => char.IsControl(c) ? '?' : c));
}
