using Bus.Jobs;
using Bus.Services.Notifications.Delivering;
using Bus.Services.Notifications.Records;
using Microsoft.Extensions.Options;

namespace Bus.Services.Notifications.Email;

/// <summary>Sends one e-mail.</summary>
internal sealed class EmailHandler(DeliveryRun delivery, IMailer mailer, IOptions<NotificationOptions> options, TimeProvider clock) : IJobHandler<DeliverEmail>
{
    public Task RunAsync(DeliverEmail job, JobRun run) => delivery.RunAsync(
        job.Delivery,
        run,
        async (message, token) =>
        {
            using var mail = MailMaker.Make(message, options.Value.Email, clock);
            await mailer.SendAsync(message.Id, mail, token);
            return mail.MessageId;
        },
        DeliveryStatus.Sent);
}
