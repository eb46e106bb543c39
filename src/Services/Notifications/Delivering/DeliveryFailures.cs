using Bus.Services.Notifications.Records;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Services.Notifications.Delivering;

/// <summary>Writes down that a delivery has failed for good, by a commit of its own: nothing is kept of what a handler that throws has saved. Thread-safe.</summary>
internal sealed class DeliveryFailures(IServiceScopeFactory scopes, TimeProvider clock)
{
    // It goes on when the process stops: the job is dead whatever becomes of this.
    public async Task NoteAsync(Guid delivery, Exception exception)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (reason, now) = (StoredText.Of(exception.Message, NotificationRecord.LongestReason), clock.GetUtcNow());
        await scope.ServiceProvider.GetRequiredService<NotificationDb>().Deliveries
            .Where(x => x.Id == delivery && x.Status == DeliveryStatus.Waiting)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.Status, DeliveryStatus.Failed).SetProperty(x => x.Reason, reason).SetProperty(x => x.ChangedAt, now), CancellationToken.None);
    }
}
