using Bus.Contracts.Notifications;
using Bus.Jobs;
using Bus.Services.Notifications.Accepting;
using Bus.Services.Notifications.Delivering;
using Bus.Services.Notifications.Records;
using Bus.Services.Notifications.Templates;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Bus.Services.Notifications.Audiences;

/// <summary>
/// Writes down one block of an audience. Its deliveries, their jobs, the count and the job of the next block commit together with the end of this one: a process that dies in between has done nothing of the block, and nothing of
/// it twice. Only one block is in memory. Who joins the audience meanwhile is told if the blocks have not passed them yet.
/// </summary>
internal sealed class ExpandAudienceHandler(NotificationDb db, DeliveryWriter deliveries, IJobs jobs, IPublishEndpoint bus, TemplateStore templates, IOptions<NotificationOptions> options) : IJobHandler<ExpandAudience>
{
    public async Task RunAsync(ExpandAudience block, JobRun run)
    {
        if (await db.Notifications.SingleOrDefaultAsync(x => x.Id == block.Notification, run.CancellationToken) is not { State: NotificationState.Expanding } notification)
        {
            run.Log("The notification has been written down or removed: there is nothing left to do.");
            return;
        }

        var template = templates.Find(notification.Template)
            ?? throw new NotSupportedException($"This process has no template '{notification.Template}'. Put it into the folder of `{NotificationOptions.Section}:{nameof(NotificationOptions.Templates)}` and run the job again.");
        var size = options.Value.BlockSize;
        var contacts = await ReadAsync(notification.Audience!, block.After, size, run.CancellationToken);
        await deliveries.AddAsync(notification, template, [.. contacts.Select(RecipientOf)], run.CancellationToken);
        if (contacts.Count == size)
            jobs.Enqueue(block with { After = contacts[^1].Id }, new EnqueueOptions { Queue = ChannelQueues.Audiences });
        else
            await EndAsync(notification, run.CancellationToken);
    }

    private Task<List<ContactRecord>> ReadAsync(string audience, string? after, int size, CancellationToken cancellationToken)
    {
        var contacts = db.Contacts.AsNoTracking().Where(x => x.Audience == audience);
        if (after is not null)
            contacts = contacts.Where(x => string.Compare(x.Id, after) > 0);
        return contacts.OrderBy(x => x.Id).Take(size).ToListAsync(cancellationToken);
    }

    private Task EndAsync(NotificationRecord notification, CancellationToken cancellationToken)
    {
        notification.State = NotificationState.Accepted;
        return bus.Publish(new NotificationAccepted(notification.Id, notification.Template, notification.Subject, notification.Deliveries), cancellationToken);
    }

    private static NotificationRecipient RecipientOf(ContactRecord contact) => new(contact.Id, contact.Name, contact.Email, contact.Phone, contact.PushUrl, contact.TimeZone);
}
