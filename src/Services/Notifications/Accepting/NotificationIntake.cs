using System.Text.Json;
using Bus.Contracts.Notifications;
using Bus.Jobs;
using Bus.Services.Notifications.Audiences;
using Bus.Services.Notifications.Delivering;
using Bus.Services.Notifications.Records;
using Bus.Services.Notifications.Templates;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Notifications.Accepting;

/// <summary>
/// The door for notifications, by message and by HTTP: writes one down with its deliveries, or rejects it with a reason. All of it commits with the caller's scope. Idempotent by the notification's id: a second one
/// changes nothing, and is answered as the first was. Scoped.
/// </summary>
internal sealed class NotificationIntake(NotificationDb db, DeliveryWriter deliveries, IJobs jobs, IPublishEndpoint bus, TemplateStore templates, TimeProvider clock)
{
    public const int MostRecipients = 1_000;

    private const int MostData = 64 * 1024;

    public async Task<NotificationRecord> AcceptAsync(SendNotification send, CancellationToken cancellationToken)
    {
        if (await FindAsync(send.NotificationId, cancellationToken) is { } known)
            return known;
        var (notification, template) = Begin(send.NotificationId, send.Template, send.Subject, send.Data, Reason(send));
        if (template is not null)
        {
            var made = await deliveries.AddAsync(notification, template, send.Recipients, cancellationToken);
            if (made.Count == 0)
                Reject(notification, $"None of the recipients has an address for a channel of the template '{template.Name}': {ChannelQueues.Words(template.Parts.Keys)}.");
            else if (made.All(delivery => delivery.Status == DeliveryStatus.Failed))
                Reject(notification, made[0].Reason!);
        }

        return notification;
    }

    public async Task<NotificationRecord> AcceptAsync(NotifyAudience notify, CancellationToken cancellationToken)
    {
        if (await FindAsync(notify.NotificationId, cancellationToken) is { } known)
            return known;
        var (notification, template) = Begin(notify.NotificationId, notify.Template, null, notify.Data, AudienceNames.Refusal(notify.Audience));
        if (template is not null)
        {
            (notification.Audience, notification.State) = (notify.Audience, NotificationState.Expanding);
            jobs.Enqueue(new ExpandAudience(notification.Id, null), new EnqueueOptions { Queue = ChannelQueues.Audiences });
        }

        return notification;
    }

    private Task<NotificationRecord?> FindAsync(Guid id, CancellationToken cancellationToken) => db.Notifications.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, cancellationToken);

    private (NotificationRecord Notification, Template? Template) Begin(Guid id, string? name, Guid? subject, IReadOnlyDictionary<string, string>? data, string? reason)
    {
        var template = templates.Find(name ?? "");
        data ??= new Dictionary<string, string>(StringComparer.Ordinal);
        var text = JsonSerializer.Serialize(data);
        if (template is null)
            reason ??= $"There is no template '{Cut(name)}'. There is one of: {string.Join(", ", templates.Names)}.";
        else if (template.Missing(data) is { Count: > 0 } missing)
            reason ??= $"The template '{name}' needs data that were not sent: {string.Join(", ", missing)}.";
        if (text.Length > MostData)
            reason ??= $"The data have {text.Length:N0} characters as JSON, and may have {MostData:N0}.";
        var notification = new NotificationRecord { Id = id, Template = Cut(name), Subject = subject, Data = reason is null ? text : "{}", CreatedAt = clock.GetUtcNow() };
        db.Notifications.Add(notification);
        if (reason is null)
            return (notification, template);
        Reject(notification, reason);
        return (notification, null);
    }

    private static string? Reason(SendNotification send)
    {
        if (send.Recipients is not { Count: > 0 })
            return "There are no recipients.";
        if (send.Recipients.Count > MostRecipients)
            return $"There are {send.Recipients.Count:N0} recipients, and at most {MostRecipients:N0} are taken: keep them as an audience, and send NotifyAudience.";
        if (send.Recipients.Any(recipient => string.IsNullOrWhiteSpace(recipient?.Id)))
            return "A recipient has no id.";
        // Deliveries are known by it: one that was cut off could be somebody else's.
        if (send.Recipients.FirstOrDefault(recipient => RecipientChecks.IdRefusal(recipient.Id) is not null) is { } wrong)
            return $"Recipient '{RecipientChecks.Shown(wrong.Id)}' {RecipientChecks.IdRefusal(wrong.Id)}.";
        return send.Recipients.GroupBy(recipient => recipient.Id, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice ? $"Recipient '{twice.Key}' is there twice." : null;
    }

    private static void Reject(NotificationRecord notification, string reason) =>
        (notification.State, notification.Reason) = (NotificationState.Rejected, StoredText.Of(reason, NotificationRecord.LongestReason));

    /// <summary>Publishes what became of a notification; of one to an audience the last block does.</summary>
    public async Task AnswerAsync(NotificationRecord notification, CancellationToken cancellationToken)
    {
        if (notification.State == NotificationState.Rejected)
            await bus.Publish(new NotificationRejected(notification.Id, notification.Template, notification.Subject, notification.Reason!), cancellationToken);
        else if (notification.State == NotificationState.Accepted)
            await bus.Publish(new NotificationAccepted(notification.Id, notification.Template, notification.Subject, notification.Deliveries), cancellationToken);
    }

    private static string Cut(string? name) => StoredText.Of(name ?? "", NotificationRecord.LongestTemplate);
}
