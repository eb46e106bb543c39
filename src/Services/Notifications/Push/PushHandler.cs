using System.Text.Json;
using Bus.Jobs;
using Bus.Services.Notifications.Delivering;
using Bus.Services.Notifications.Records;
using Bus.Services.Notifications.Templates;

namespace Bus.Services.Notifications.Push;

/// <summary>Makes the signed call of one push delivery. Who answers with success has it.</summary>
internal sealed class PushHandler(DeliveryRun delivery, WebhookClient webhooks) : IJobHandler<DeliverPush>
{
    public Task RunAsync(DeliverPush job, JobRun run) => delivery.RunAsync(job.Delivery, run, CallAsync, DeliveryStatus.Delivered);

    private async Task<string?> CallAsync(FilledMessage message, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { id = message.Id, notification = message.NotificationId, title = message.Title, text = message.Text });
        await webhooks.SendAsync(new Uri(message.To), message.Id, body, cancellationToken);
        return null;
    }
}
