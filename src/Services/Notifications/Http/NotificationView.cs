using Bus.Services.Notifications.Delivering;
using Bus.Services.Notifications.Records;

namespace Bus.Services.Notifications.Http;

/// <summary>A notification as the API shows it.</summary>
/// <param name="Id">The notification.</param>
/// <param name="Status"><c>accepted</c>, <c>expanding</c> while an audience is being written down, or <c>rejected</c>.</param>
/// <param name="Reason">Why it was rejected; null when it was not.</param>
/// <param name="Template">Its template.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Audience">Whom it goes to; null when its recipients were named.</param>
/// <param name="CreatedAt">When it was taken in.</param>
/// <param name="Total">Deliveries written down so far.</param>
/// <param name="Counts">How many of them have each status, by channel: <c>counts.email.sent</c>.</param>
/// <param name="Deliveries">A page of them, in the order of their ids.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; null when this is the last.</param>
internal sealed record NotificationView(
    Guid Id, string Status, string? Reason, string Template, Guid? Subject, string? Audience, DateTimeOffset CreatedAt, int Total, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Counts,
    IReadOnlyList<DeliveryView> Deliveries, Guid? Next)
{
    public static string Word(Enum value) => value.ToString().ToLowerInvariant();
}

/// <summary>A delivery as the API shows it.</summary>
/// <param name="Id">The delivery: what the provider knows it by.</param>
/// <param name="Recipient">Who.</param>
/// <param name="Channel"><c>email</c>, <c>sms</c> or <c>push</c>.</param>
/// <param name="Address">Where to.</param>
/// <param name="Status"><c>waiting</c>, <c>sent</c>, <c>delivered</c>, <c>failed</c>, <c>suppressed</c> or <c>unconfirmed</c>.</param>
/// <param name="Reason">Why it is so, where that needs a reason.</param>
/// <param name="ProviderId">What the provider calls it; of e-mail the Message-Id.</param>
/// <param name="ChangedAt">Since when it is so.</param>
internal sealed record DeliveryView(Guid Id, string Recipient, string Channel, string Address, string Status, string? Reason, string? ProviderId, DateTimeOffset ChangedAt)
{
    public static DeliveryView Of(DeliveryRecord row) =>
        new(row.Id, row.Recipient, ChannelQueues.Of(row.Channel), row.Address, NotificationView.Word(row.Status), row.Reason, row.ProviderId, row.ChangedAt);
}
