using Bus.Contracts.Notifications;

namespace Bus.Services.Notifications.Http;

/// <summary>What a notification is asked for with: <paramref name="Recipients"/> or an <paramref name="Audience"/>.</summary>
/// <param name="Template">The template's name.</param>
/// <param name="Id">The caller's own id, so that it can ask again without telling twice; null for a new one.</param>
/// <param name="Subject">The id of what it is about.</param>
/// <param name="Recipients">Whom to tell, at most 1,000.</param>
/// <param name="Audience">Or whom of the contacts that are kept.</param>
/// <param name="Data">What the template's fields are filled with.</param>
internal sealed record NotificationRequest(
    string? Template, Guid? Id = null, Guid? Subject = null, IReadOnlyList<NotificationRecipient>? Recipients = null, string? Audience = null, IReadOnlyDictionary<string, string>? Data = null);
