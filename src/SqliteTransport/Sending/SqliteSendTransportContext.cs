using Bus.Core.SharedFile;
using Bus.SqliteTransport.Configuration;
using Bus.SqliteTransport.Engine;
using Bus.SqliteTransport.Topology;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Sending;

/// <summary>Puts messages for one queue or topic into the file; MassTransit's send transport does the rest around it.</summary>
/// <param name="host">Of the file.</param>
/// <param name="serialization">Of the endpoint.</param>
/// <param name="address">The queue or topic.</param>
/// <param name="topics">What has to be there before the first message; null for a queue.</param>
internal sealed class SqliteSendTransportContext(SqliteHostConfiguration host, ISerialization serialization, SqliteEndpointAddress address, PublishedTopics? topics)
    : BaseSendTransportContext(host, serialization), SendTransportContext<PipeContext>
{
    private volatile bool _isDeclared = topics is null;

    /// <inheritdoc/>
    public override string EntityName => address.Name;

    /// <inheritdoc/>
    public override string ActivitySystem => "sqlite";

    /// <inheritdoc/>
    public override async Task<SendContext<T>> CreateSendContext<T>(T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
    {
        var context = new SqliteMessageSendContext<T>(message, host.Settings.TimeProvider, cancellationToken);
        await pipe.Send(context);
        return context;
    }

    /// <inheritdoc/>
    public Task<SendContext<T>> CreateSendContext<T>(PipeContext context, T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
        where T : class => CreateSendContext(message, pipe, cancellationToken);

    // Nothing has to be connected before a send, so that this object does as the pipe's context.
    /// <inheritdoc/>
    public Task Send(IPipe<PipeContext> pipe, CancellationToken cancellationToken = default) => pipe.Send(this);

    /// <inheritdoc/>
    public Task Send<T>(PipeContext transportContext, SendContext<T> sendContext)
        where T : class
    {
        var context = sendContext as SqliteMessageSendContext<T>
            ?? throw new ArgumentException($"The send context must be of this transport, but is a {sendContext.GetType().Name}.", nameof(sendContext));
        context.CancellationToken.ThrowIfCancellationRequested();
        if (address.IsCancellation)
            return CancelAsync(context);
        var message = OutgoingMessages.Of(context, host.Settings.TimeProvider);
        if (context.TryGetPayload<GuestMessages>(out var guest))
        {
            guest.Written.Add(AsGuest(message));
            return Task.CompletedTask;
        }

        return _isDeclared && host.File.Current is { } file ? DeliverAsync(file, message, context.CancellationToken) : PrepareAndDeliverAsync(message, context.CancellationToken);
    }

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateScope("sqlite").Add(address.IsTopic ? "topic" : "queue", address.Name);

    private async Task CancelAsync<T>(SqliteMessageSendContext<T> context)
        where T : class
    {
        var token = OutgoingMessages.Token(context) ?? throw new ArgumentException(
            $"The message {context.MessageId} to `{context.DestinationAddress}` names no scheduled message in its header {MessageHeaders.SchedulingTokenId}. Cancel with `IMessageScheduler.CancelScheduledSend`.", nameof(context));
        if (context.TryGetPayload<GuestMessages>(out var guest))
        {
            guest.Written.Add(new GuestCancel(token));
            return;
        }

        var file = host.File.Current ?? await host.File.GetAsync();
        if (await file.CancelAsync(token, context.CancellationToken))
            LogContext.Debug?.Log("CANCEL {Token}", token);
    }

    private async Task PrepareAndDeliverAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var file = await host.File.GetAsync();
        if (!_isDeclared)
            await topics!.DeclareAsync(file, CancellationToken.None);
        _isDeclared = true;
        await DeliverAsync(file, message, cancellationToken);
    }

    private Task DeliverAsync(QueueFile file, OutgoingMessage message, CancellationToken cancellationToken) => address switch
    {
        { IsTopic: true } => file.PublishAsync(address.Name, message, cancellationToken),
        { IsTemporary: true } => file.PublishAsync(ReplyTopic.Name, message with { RoutingKey = address.Name }, cancellationToken),
        _ => file.SendAsync(address.Name, message, cancellationToken),
    };

    private GuestSend AsGuest(OutgoingMessage message) => address switch
    {
        { IsTopic: true } => new GuestSend(address.Name, isTopic: true, message, topics is null ? null : topics.Declare),
        { IsTemporary: true } => new GuestSend(ReplyTopic.Name, isTopic: true, message with { RoutingKey = address.Name }, declare: null),
        _ => new GuestSend(address.Name, isTopic: false, message, declare: null),
    };
}
