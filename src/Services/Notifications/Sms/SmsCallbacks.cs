using Bus.Jobs;
using Bus.Services.Notifications.Records;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Bus.Services.Notifications.Sms;

/// <summary>
/// What providers say later. What they have called delivered or failed stays so, and what comes after is ignored with a reason; what was unconfirmed, or has failed as far as we could see, does not, so that a late word is better than none. It may even come before the job that sent the
/// message has ended: that one finds the status changed, runs again, and leaves it. Scoped.
/// </summary>
internal sealed class SmsCallbacks(NotificationDb db, IOptions<NotificationOptions> options, TimeProvider clock)
{
    private const int MostRaces = 5;

    /// <summary>Null when no call-backs are taken.</summary>
    public WebhookVerifier? Verifier => options.Value.Sms.CallbackSecret is { } secret ? new WebhookVerifier([secret], $"{NotificationOptions.Section}:Sms:CallbackSecret", clock) : null;

    /// <returns>What the delivery is then, and why it was not changed; null when there is no such delivery.</returns>
    public async Task<(DeliveryStatus Status, string? Ignored)?> ApplyAsync(Guid id, DeliveryStatus status, string? reason, CancellationToken cancellationToken)
    {
        for (var race = 1; ; race++)
        {
            if (await db.Deliveries.SingleOrDefaultAsync(x => x.Id == id && x.Channel == NotificationChannel.Sms, cancellationToken) is not { } delivery)
                return null;
            // What failed here may have arrived all the same: the answer of the provider was lost.
            var isOurs = delivery is { Status: DeliveryStatus.Failed, IsFailedByProvider: false };
            if (delivery.Status == status && !isOurs)
                return (status, "It was said before.");
            if (delivery.Status is DeliveryStatus.Delivered or DeliveryStatus.Failed or DeliveryStatus.Suppressed && !isOurs)
                return (delivery.Status, $"It comes too late: the delivery has been {delivery.Status.ToString().ToLowerInvariant()} since {delivery.ChangedAt:O}.");
            delivery.IsFailedByProvider = status == DeliveryStatus.Failed;
            delivery.Become(status, status == DeliveryStatus.Failed ? reason ?? "The provider says that it has failed, and not why." : null, clock.GetUtcNow());
            try
            {
                await db.SaveAsync(cancellationToken);
                return (status, null);
            }
            catch (DbUpdateConcurrencyException) when (race < MostRaces)
            {
                db.Forget();
            }
        }
    }
}
