using MassTransit;
using MassTransit.Context;
using MassTransit.Scheduling;

namespace Bus.Persistence.Timers;

/// <summary>Schedules and cancels by sending, to be captured: the outbox makes timers of the one and takes them away for the other. Not thread-safe.</summary>
/// <param name="endpoints">Whose sends are captured.</param>
/// <param name="newToken">Makes the token of one that brings none.</param>
/// <param name="forSaga">Whether a saga's message is being handled.</param>
internal sealed class TimerScheduleMessageProvider(ISendEndpointProvider endpoints, Func<Guid> newToken, bool forSaga) : IScheduleMessageProvider
{
    private Guid? _justSet;

    public async Task<ScheduledMessage<T>> ScheduleSend<T>(Uri destinationAddress, DateTime scheduledTime, T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
        where T : class
    {
        if (!MessageTypeCache<T>.IsValidMessageType)
            throw new ArgumentException(MessageTypeCache<T>.InvalidMessageTypeReason, nameof(message));
        var own = ScheduleTokenIdCache<T>.GetTokenId(message, Guid.Empty);
        var token = own == Guid.Empty ? newToken() : own;
        var endpoint = await endpoints.GetSendEndpoint(destinationAddress);
        await endpoint.Send(message, new SchedulePipe<T>(pipe, new TimerOrder(token, Instant(scheduledTime))), cancellationToken);
        _justSet = forSaga && own != Guid.Empty ? own : null;
        return new ScheduledMessageHandle<T>(token, scheduledTime, destinationAddress, message);
    }

    public Task CancelScheduledSend(Guid tokenId, CancellationToken cancellationToken) => CancelAsync(tokenId, cancellationToken);

    // A saga that schedules again cancels the timer that it had, after it has set the new one: where both have one token, that would be the new one, which has replaced the other already.
    public Task CancelScheduledSend(Uri destinationAddress, Guid tokenId, CancellationToken cancellationToken)
    {
        if (_justSet != tokenId)
            return CancelAsync(tokenId, cancellationToken);
        _justSet = null;
        return Task.CompletedTask;
    }

    // MassTransit takes an instant of no kind to be UTC.
    private static DateTimeOffset Instant(DateTime time) =>
        new(time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : DateTime.SpecifyKind(time, DateTimeKind.Utc), TimeSpan.Zero);

    private async Task CancelAsync(Guid token, CancellationToken cancellationToken)
    {
        _justSet = null;
        var endpoint = await endpoints.GetSendEndpoint(TimerAddress.Cancellations);
        await endpoint.Send<CancelScheduledMessage>(
            new CancelScheduledMessageCommand(token),
            Pipe.Execute<SendContext<CancelScheduledMessage>>(context =>
            {
                context.Headers.Set(MessageHeaders.SchedulingTokenId, token.ToString("D"));
                context.AddOrUpdatePayload(() => new TimerOrder(token, null), _ => new TimerOrder(token, null));
            }),
            cancellationToken);
    }

    private sealed class SchedulePipe<T>(IPipe<SendContext<T>> pipe, TimerOrder order) : TimerPipe<T>(pipe, order)
        where T : class
    {
        protected override void Send(SendContext<T> context)
        {
            base.Send(context);
            context.ScheduledMessageId = Order.Token;
            context.Headers.Set(MessageHeaders.SchedulingTokenId, Order.Token.ToString("D"));
        }
    }
}
