using Bus.SqliteTransport.Configuration;
using Bus.SqliteTransport.Topology;
using MassTransit;
using MassTransit.Context;
using MassTransit.Scheduling;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Sending;

/// <summary>Schedules by sending with a due time, and cancels by taking the message out of the file before it is due.</summary>
internal sealed class SqliteScheduleMessageProvider(SqliteHostConfiguration host, ISendEndpointProvider endpoints) : IScheduleMessageProvider
{
    /// <inheritdoc/>
    public async Task<ScheduledMessage<T>> ScheduleSend<T>(Uri destinationAddress, DateTime scheduledTime, T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
        where T : class
    {
        if (!MessageTypeCache<T>.IsValidMessageType)
            throw new ArgumentException(MessageTypeCache<T>.InvalidMessageTypeReason, nameof(message));
        var token = ScheduleTokenIdCache<T>.GetTokenId(message);
        var endpoint = await endpoints.GetSendEndpoint(destinationAddress);
        await endpoint.Send(message, new SchedulePipe<T>(pipe, scheduledTime, token, host.Settings.TimeProvider), cancellationToken);
        return new ScheduledMessageHandle<T>(token, scheduledTime, destinationAddress, message);
    }

    /// <inheritdoc/>
    public Task CancelScheduledSend(Guid tokenId, CancellationToken cancellationToken) => CancelAsync(tokenId, cancellationToken);

    /// <inheritdoc/>
    public Task CancelScheduledSend(Uri destinationAddress, Guid tokenId, CancellationToken cancellationToken) => CancelAsync(tokenId, cancellationToken);

    // Sent as messages are: where the caller has an outbox it belongs to the caller's transaction, and is done when that has committed.
    private async Task CancelAsync(Guid token, CancellationToken cancellationToken)
    {
        var endpoint = await endpoints.GetSendEndpoint(SqliteEndpointAddress.Cancellations);
        await endpoint.Send<CancelScheduledMessage>(
            new CancelScheduledMessageCommand(token),
            Pipe.Execute<SendContext<CancelScheduledMessage>>(context => context.Headers.Set(MessageHeaders.SchedulingTokenId, token.ToString("D"))),
            cancellationToken);
    }

    private sealed class SchedulePipe<T>(IPipe<SendContext<T>> pipe, DateTime scheduledTime, Guid token, TimeProvider time) : SendContextPipeAdapter<T>(pipe)
        where T : class
    {
        // MassTransit takes an instant of no kind to be UTC.
        private readonly DateTimeOffset _due =
            new(scheduledTime.Kind == DateTimeKind.Local ? scheduledTime.ToUniversalTime() : DateTime.SpecifyKind(scheduledTime, DateTimeKind.Utc), TimeSpan.Zero);

        protected override void Send(SendContext<T> context)
        {
            context.ScheduledMessageId = token;
            context.Headers.Set(MessageHeaders.SchedulingTokenId, token.ToString("D"));
            if (_due - time.GetUtcNow() is var delay && delay > TimeSpan.Zero)
                context.Delay = delay;
            if (context.TryGetPayload<ISqliteSendContext>(out var send))
                send.Due = _due;
        }

        protected override void Send<TMessage>(SendContext<TMessage> context)
        {
        }
    }
}
