using Bus.Contracts.Notifications;
using MassTransit;

namespace Bus.Services.Notifications.Accepting;

/// <summary>Takes <see cref="NotifyAudience"/> on the queue <c>notify-audience</c>: writes the notification down and enqueues its first block.</summary>
internal sealed class NotifyAudienceConsumer(NotificationIntake intake) : IConsumer<NotifyAudience>
{
    public async Task Consume(ConsumeContext<NotifyAudience> context) =>
        await intake.AnswerAsync(await intake.AcceptAsync(context.Message, context.CancellationToken), context.CancellationToken);
}
