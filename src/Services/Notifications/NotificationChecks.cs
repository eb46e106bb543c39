using Bus.Jobs;
using Bus.Services.Notifications.Templates;

namespace Bus.Services.Notifications;

/// <summary>What is wrong with options that could be read: each says which setting, what it must be, and what it was; of secrets it does not say that.</summary>
internal static class NotificationChecks
{
    private const string Section = NotificationOptions.Section;

    public static IEnumerable<string> Of(NotificationOptions options) =>
    [
        .. Between("BlockSize", options.BlockSize, 1, 2_000),
        .. options.Keep == TimeSpan.Zero ? [] : Between("Keep", options.Keep, TimeSpan.FromDays(2), TimeSpan.FromDays(36_500)),
        .. IsAddress(options.Site) && !options.Site.EndsWith('/') ? [] : Wrong("Site", "an http or https address without a slash at its end", options.Site),
        .. OfChannel("Email", options.Email),
        .. OfChannel("Sms", options.Sms),
        .. OfChannel("Push", options.Push),
        .. OfEmail(options.Email),
        .. OfSms(options.Sms),
        .. OfPush(options.Push),
        .. TemplateStore.Errors(options.Templates),
    ];

    private static IEnumerable<string> OfChannel(string name, ChannelOptions channel) =>
    [
        .. Between($"{name}:Concurrency", channel.Concurrency, 1, 1_000),
        .. Between($"{name}:PerSecond", channel.PerSecond, 0, 100_000),
        .. Between($"{name}:Attempts", channel.Attempts, 1, 100),
        .. Between($"{name}:FirstDelay", channel.FirstDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)),
        .. Between($"{name}:Rest", channel.Rest, TimeSpan.FromMilliseconds(500), TimeSpan.FromHours(1)),
        .. channel.QuietFrom is null == channel.QuietTo is null ? Array.Empty<string>() : [$"`{Section}:{name}:QuietFrom` and `{Section}:{name}:QuietTo` must be set both or neither."],
    ];

    private static IEnumerable<string> OfEmail(EmailOptions email) =>
    [
        .. Between("Email:Port", email.Port, 1, 65_535),
        .. Between("Email:Timeout", email.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
        .. EmailAddress.Refusal(email.From) is { } wrong ? [$"`{Section}:Email:From` {wrong}; it was {email.From}."] : Array.Empty<string>(),
        .. email.FromName?.Any(char.IsControl) == true ? [$"`{Section}:Email:FromName` must have no line break."] : Array.Empty<string>(),
        .. email.User is null == email.Password is null ? Array.Empty<string>() : [$"`{Section}:Email:User` and `{Section}:Email:Password` must be set both or neither."],
    ];

    private static IEnumerable<string> OfSms(SmsOptions sms) =>
    [
        .. sms.Url is null || IsAddress(sms.Url) ? [] : Wrong("Sms:Url", "an http or https address", sms.Url),
        .. Between("Sms:Timeout", sms.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
        .. Between("Sms:ConfirmWithin", sms.ConfirmWithin, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
        .. sms.CallbackSecret is { } secret ? OfSecret(() => new WebhookVerifier([secret], $"{Section}:Sms:CallbackSecret", TimeProvider.System)) : [],
    ];

    private static IEnumerable<string> OfPush(PushOptions push) =>
    [
        .. Between("Push:ConcurrencyPerHost", push.ConcurrencyPerHost, 1, 1_000),
        .. OfSecret(() => new WebhookVerifier(Words(push.Secrets), $"{Section}:Push:Secrets", TimeProvider.System)),
    ];

    /// <summary>The parts of a list that is separated by commas.</summary>
    public static string[] Words(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);

    private static IEnumerable<string> OfSecret(Func<object> read)
    {
        try
        {
            read();
            return [];
        }
        catch (JobException wrong)
        {
            return [wrong.Message];
        }
    }

    private static IEnumerable<string> Between<T>(string setting, T value, T least, T most)
        where T : IComparable<T> => value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0 ? [] : Wrong(setting, $"between {least} and {most}", value);

    private static IEnumerable<string> Wrong<T>(string setting, string must, T value) => [$"`{Section}:{setting}` must be {must}, but was {value}."];
}
