using Bus.Contracts.Notifications;
using Bus.Jobs;
using Bus.Services.Notifications.Delivering;
using Bus.Services.Notifications.Records;
using Bus.Services.Notifications.Templates;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Bus.Services.Notifications.Accepting;

/// <summary>Writes deliveries down and enqueues the job of each; all of it commits with the caller's scope. Scoped.</summary>
internal sealed class DeliveryWriter(NotificationDb db, IJobs jobs, IOptions<NotificationOptions> options, TimeProvider clock)
{
    /// <summary>Adds the deliveries of these recipients: one for each channel that the template has and the recipient has an address for. One that cannot be sent is written down as failed, with the reason.</summary>
    public async Task<IReadOnlyList<DeliveryRecord>> AddAsync(NotificationRecord notification, Template template, IReadOnlyList<NotificationRecipient> recipients, CancellationToken cancellationToken)
    {
        var ids = recipients.Select(recipient => recipient.Id).ToArray();
        var optedOut = (await db.OptOuts.AsNoTracking().Where(x => ids.Contains(x.Recipient)).Select(x => new { x.Recipient, x.Channel }).ToListAsync(cancellationToken)).Select(x => (x.Recipient, x.Channel)).ToHashSet();
        List<DeliveryRecord> deliveries = [];
        foreach (var recipient in recipients)
        {
            var refusal = RecipientChecks.Refusal(recipient);
            foreach (var (channel, part) in template.Parts)
            {
                if (RecipientChecks.AddressOf(recipient, channel) is not { } address)
                    continue;
                var delivery = Make(notification, recipient, channel, address);
                if ((refusal ?? RecipientChecks.Refusal(channel, address)) is { } why)
                    delivery.Become(DeliveryStatus.Failed, $"Recipient '{delivery.Recipient}': {why}.", delivery.ChangedAt);
                else if (optedOut.Contains((recipient.Id, channel)))
                    delivery.Become(DeliveryStatus.Suppressed, null, delivery.ChangedAt);
                else
                    Enqueue(delivery, part, notification.Audience);
                deliveries.Add(delivery);
            }
        }

        db.Deliveries.AddRange(deliveries);
        notification.Deliveries += deliveries.Count;
        return deliveries;
    }

    private DeliveryRecord Make(NotificationRecord notification, NotificationRecipient recipient, NotificationChannel channel, string address) => new()
    {
        // Ids that could not be kept have been refused; of what else is too long, the delivery is refused in the same breath.
        Id = DeliveryId.Of(notification.Id, recipient.Id, channel),
        NotificationId = notification.Id,
        Recipient = recipient.Id,
        Name = recipient.Name is { } name ? StoredText.Of(name, DeliveryRecord.LongestName) : null,
        Channel = channel,
        Address = StoredText.Of(address, DeliveryRecord.LongestAddress),
        TimeZone = recipient.TimeZone is { Length: <= ContactRecord.LongestZone } zone ? StoredText.Of(zone, ContactRecord.LongestZone) : null,
        ChangedAt = clock.GetUtcNow(),
    };

    private void Enqueue(DeliveryRecord delivery, TemplatePart part, string? audience)
    {
        var due = part.Urgent ? null : QuietHours.EndOf(options.Value.Of(delivery.Channel), delivery.TimeZone, delivery.ChangedAt);
        // Audiences take turns with each other and with single notifications, so that a million of one do not keep the confirmation of an order waiting.
        var enqueue = new EnqueueOptions { Queue = ChannelQueues.Of(delivery.Channel), At = due, Tenant = audience is null ? null : $"audience {audience}" };
        switch (delivery.Channel)
        {
            case NotificationChannel.Email:
                jobs.Enqueue(new DeliverEmail(delivery.Id), enqueue);
                break;
            case NotificationChannel.Sms:
                jobs.Enqueue(new DeliverSms(delivery.Id), enqueue);
                break;
            default:
                // A name in DNS has at most 253 characters; what is longer counts under its end.
                var host = new Uri(delivery.Address).IdnHost;
                jobs.Enqueue(new DeliverPush(delivery.Id), enqueue with { LimitKey = host.Length > 190 ? host[^190..] : host });
                break;
        }
    }
}
