using Bus.Jobs;
using Bus.Services.Notifications.Delivering;
using Bus.Services.Notifications.Records;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Bus.Services.Notifications.Sms;

/// <summary>Calls a message unconfirmed whose provider has taken it and said nothing more in time. It is not sent again: it may have arrived.</summary>
internal sealed class ConfirmSmsHandler(NotificationDb db, IOptions<NotificationOptions> options, TimeProvider clock) : IJobHandler<ConfirmSms>
{
    public async Task RunAsync(ConfirmSms job, JobRun run)
    {
        if (await db.Deliveries.SingleOrDefaultAsync(x => x.Id == job.Delivery, run.CancellationToken) is { Status: DeliveryStatus.Sent } delivery)
            delivery.Become(DeliveryStatus.Unconfirmed, $"The provider has taken it and said nothing more within {options.Value.Sms.ConfirmWithin}.", clock.GetUtcNow());
    }
}
