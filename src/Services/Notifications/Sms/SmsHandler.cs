using Bus.Jobs;
using Bus.Services.Notifications.Delivering;
using Bus.Services.Notifications.Records;
using Microsoft.Extensions.Options;

namespace Bus.Services.Notifications.Sms;

/// <summary>Hands one text message to the provider; where it calls back, the job that looks whether it has commits with that.</summary>
internal sealed class SmsHandler(DeliveryRun delivery, ISmsSender sender, IJobs jobs, IOptions<NotificationOptions> options, TimeProvider clock) : IJobHandler<DeliverSms>
{
    public async Task RunAsync(DeliverSms job, JobRun run)
    {
        var sms = options.Value.Sms;
        var isSent = await delivery.RunAsync(job.Delivery, run, (message, token) => sender.SendAsync(message.Id, message.To, message.Text, token), DeliveryStatus.Sent);
        if (isSent && sms is { CallbackSecret: not null, Url: not null })
            jobs.Enqueue(new ConfirmSms(job.Delivery), new EnqueueOptions { Queue = ChannelQueues.Audiences, At = clock.GetUtcNow() + sms.ConfirmWithin });
    }
}
