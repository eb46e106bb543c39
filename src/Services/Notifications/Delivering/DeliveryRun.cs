using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Services.Notifications.Accepting;
using Bus.Services.Notifications.Records;
using Bus.Services.Notifications.Templates;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Bus.Services.Notifications.Delivering;

/// <summary>
/// What every channel has around its sending: whether it is still wanted and the hour is right, the filled template, the status. The status commits with the end of the job, so that a process that dies after sending sends again: each
/// provider is given the delivery's id to tell the two from two messages. Scoped.
/// </summary>
internal sealed class DeliveryRun(NotificationDb db, IServiceScopeFactory scopes, DeliveryFailures failures, TemplateStore templates, IOptions<NotificationOptions> options, TimeProvider clock)
{
    /// <summary>Sends one delivery.</summary>
    /// <param name="id">The delivery.</param>
    /// <param name="run">The run of its job.</param>
    /// <param name="send">Hands the message to the provider and returns what it calls it; null for nothing.</param>
    /// <param name="reached">What the delivery is then.</param>
    /// <returns>Whether it was sent now.</returns>
    public async Task<bool> RunAsync(Guid id, JobRun run, Func<FilledMessage, CancellationToken, Task<string?>> send, DeliveryStatus reached)
    {
        var (delivery, notification, isUnwanted) = await FindAsync(id, run.CancellationToken);
        if (delivery is not ({ Status: DeliveryStatus.Waiting } or { Status: DeliveryStatus.Failed, IsFailedByProvider: false }) || notification is null)
        {
            run.Log(delivery is null || notification is null ? "The delivery is not kept any more." : $"The delivery is {delivery.Status.ToString().ToLowerInvariant()} already.");
            return false;
        }

        if (isUnwanted)
        {
            db.Deliveries.Attach(delivery);
            delivery.Become(DeliveryStatus.Suppressed, null, clock.GetUtcNow());
            return false;
        }

        var part = await PartOfAsync(delivery, notification, run);
        if (!part.Urgent && QuietHours.EndOf(options.Value.Of(delivery.Channel), delivery.TimeZone, clock.GetUtcNow()) is { } end)
            throw new RetryAfterException($"It is quiet where the recipient is until {end:O}.", end - clock.GetUtcNow());
        var name = await SendAsync(delivery, FilledMessage.Of(delivery, notification, part, options.Value.Site), run, send);
        db.Deliveries.Attach(delivery);
        delivery.ProviderId = name;
        delivery.Become(reached, null, clock.GetUtcNow());
        return true;
    }

    // One question, in a scope of its own: that of the job would begin its transaction, and hold it open while the provider is spoken to.
    private async Task<(DeliveryRecord? Delivery, NotificationRecord? Notification, bool IsUnwanted)> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var rows = scope.ServiceProvider.GetRequiredService<NotificationDb>();
        // Joined, not looked up row by row: Entity Framework would number all notifications there are, to take the first of each.
        var found = await rows.Deliveries.AsNoTracking().Where(x => x.Id == id)
            .LeftJoin(rows.Notifications, x => x.NotificationId, y => y.Id, (x, y) => new { Delivery = x, Notification = y, IsUnwanted = rows.OptOuts.Any(z => z.Recipient == x.Recipient && z.Channel == x.Channel) })
            .SingleOrDefaultAsync(cancellationToken);
        return (found?.Delivery, found?.Notification, found?.IsUnwanted ?? false);
    }

    private async Task<TemplatePart> PartOfAsync(DeliveryRecord delivery, NotificationRecord notification, JobRun run)
    {
        if (templates.Find(notification.Template)?.Parts.GetValueOrDefault(delivery.Channel) is { } part)
            return part;
        var missing = new DeliveryRefusedException($"This process has no template '{notification.Template}' for {ChannelQueues.Of(delivery.Channel)}: it was there when the notification was accepted.");
        await failures.NoteAsync(delivery.Id, missing);
        throw missing;
    }

    private async Task<string?> SendAsync(DeliveryRecord delivery, FilledMessage message, JobRun run, Func<FilledMessage, CancellationToken, Task<string?>> send)
    {
        try
        {
            var name = await run.Resilience.ExecuteAsync(async token => await send(message, token), run.CancellationToken);
            return name is null ? null : StoredText.Of(name, DeliveryRecord.LongestName);
        }
        catch (Exception exception) when (!(exception is OperationCanceledException && run.CancellationToken.IsCancellationRequested) && ChannelPolicy.IsLast(exception, run.Attempt, options.Value.Of(delivery.Channel)))
        {
            await failures.NoteAsync(delivery.Id, exception);
            throw;
        }
    }
}
