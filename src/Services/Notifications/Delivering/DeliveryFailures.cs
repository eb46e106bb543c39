using Bus.Services.Notifications.Records;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Services.Notifications.Delivering;

/// <summary>Writes down that a delivery has failed for good, by a commit of its own: nothing is kept of what a handler that throws has saved. Thread-safe.</summary>
internal sealed class DeliveryFailures(IServiceScopeFactory scopes, TimeProvider clock)
{
    public async Task NoteAsync(Guid delivery, Exception exception, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var text = exception.Message;
        var (reason, now) = (text.Length > NotificationRecord.LongestReason ? text[..NotificationRecord.LongestReason] : text, clock.GetUtcNow());
        await scope.ServiceProvider.GetRequiredService<NotificationDb>().Deliveries
            .Where(x => x.Id == delivery && x.Status == DeliveryStatus.Waiting)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.Status, DeliveryStatus.Failed).SetProperty(x => x.Reason, reason).SetProperty(x => x.ChangedAt, now), cancellationToken);
    }
}
