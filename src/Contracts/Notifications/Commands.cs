namespace Bus.Contracts.Notifications;

/// <summary>
/// Tell these people, by every channel that the template has, and that they have an address for and have not opted out of. Sent twice with one id it is told once.
/// </summary>
/// <param name="NotificationId">Its id, by which its delivery is asked for.</param>
/// <param name="Template">The template's name, such as <c>order-confirmation</c>.</param>
/// <param name="Subject">What it is about: the id of an order, an image; null for nothing in particular. Comes back in the events.</param>
/// <param name="Recipients">Whom to tell; at most 1,000. To tell more, <see cref="NotifyAudience"/>.</param>
/// <param name="Data">What the template's fields are filled with.</param>
public sealed record SendNotification(Guid NotificationId, string Template, Guid? Subject, IReadOnlyList<NotificationRecipient> Recipients, IReadOnlyDictionary<string, string> Data);

/// <summary>Tell every contact that is kept, in blocks: however many there are, only one block is in memory.</summary>
/// <param name="NotificationId">Its id, by which its delivery is asked for.</param>
/// <param name="Template">The template's name.</param>
/// <param name="Audience">Which contacts: those of this audience.</param>
/// <param name="Data">What the template's fields are filled with, the same for all; name and addresses are each contact's own.</param>
public sealed record NotifyAudience(Guid NotificationId, string Template, string Audience, IReadOnlyDictionary<string, string> Data);
