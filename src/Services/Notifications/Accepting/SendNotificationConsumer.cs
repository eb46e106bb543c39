using Bus.Contracts.Notifications;
using MassTransit;

namespace Bus.Services.Notifications.Accepting;

/// <summary>Takes <see cref="SendNotification"/> on the queue <c>send-notification</c>. Its rows, jobs and answer commit with the inbox.</summary>
internal sealed class SendNotificationConsumer(NotificationIntake intake) : IConsumer<SendNotification>
{
    public async Task Consume(ConsumeContext<SendNotification> context) =>
        await intake.AnswerAsync(await intake.AcceptAsync(context.Message, context.CancellationToken), context.CancellationToken);
}
