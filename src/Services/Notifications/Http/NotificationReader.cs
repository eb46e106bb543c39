using Bus.Services.Notifications.Delivering;
using Bus.Services.Notifications.Records;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Notifications.Http;

/// <summary>Reads how notifications fare, along indexes. Scoped.</summary>
internal sealed class NotificationReader(NotificationDb db)
{
    /// <summary>The notification with its counts and a page of its deliveries; null when there is none.</summary>
    public async Task<NotificationView?> FindAsync(Guid id, DeliveryStatus? status, NotificationChannel? channel, Guid? after, int take, CancellationToken cancellationToken)
    {
        if (await db.Notifications.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, cancellationToken) is not { } row)
            return null;
        var counts = await db.Deliveries.Where(x => x.NotificationId == id).GroupBy(x => new { x.Channel, x.Status }).Select(group => new { group.Key.Channel, group.Key.Status, Count = group.Count() }).ToListAsync(cancellationToken);
        var page = db.Deliveries.AsNoTracking().Where(x => x.NotificationId == id);
        if (status is not null)
            page = page.Where(x => x.Status == status);
        if (channel is not null)
            page = page.Where(x => x.Channel == channel);
        if (after is { } last)
            page = page.Where(x => x.Id.CompareTo(last) > 0);
        var deliveries = await page.OrderBy(x => x.Id).Take(take).ToListAsync(cancellationToken);
        return new NotificationView(
            row.Id, NotificationView.Word(row.State), row.Reason, row.Template, row.Subject, row.Audience, row.CreatedAt, row.Deliveries,
            counts.GroupBy(count => ChannelQueues.Of(count.Channel)).ToDictionary(
                group => group.Key, IReadOnlyDictionary<string, int> (group) => group.ToDictionary(count => NotificationView.Word(count.Status), count => count.Count)),
            [.. deliveries.Select(DeliveryView.Of)],
            deliveries.Count == take ? deliveries[^1].Id : null);
    }
}
