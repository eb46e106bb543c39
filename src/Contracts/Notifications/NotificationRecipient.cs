namespace Bus.Contracts.Notifications;

/// <summary>Somebody to tell. A channel whose address is null or empty is left out.</summary>
/// <param name="Id">Who it is, at most 100 characters: what opt-outs are kept under.</param>
/// <param name="Name">How they are addressed; null for nameless.</param>
/// <param name="Email">Where e-mail goes.</param>
/// <param name="Phone">Where SMS go, in the international form (<c>+4712345678</c>).</param>
/// <param name="PushUrl">Where signed webhooks go.</param>
/// <param name="TimeZone">The IANA name of the zone that quiet hours are reckoned in; null for UTC.</param>
public sealed record NotificationRecipient(string Id, string? Name, string? Email, string? Phone = null, string? PushUrl = null, string? TimeZone = null);
