using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using Bus.SqliteTransport.Configuration;
using Bus.SqliteTransport.Engine;
using Bus.SqliteTransport.Sending;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Receiving;

/// <summary>One message in the hands of its handlers: what MassTransit reads of it, and its lease, in one object.</summary>
internal sealed class SqliteReceiveContext : BaseReceiveContext, ReceiveLockContext, MessageRedeliveryContext, TransportReceiveContext, RoutingKeyConsumeContext, PartitionKeyConsumeContext
{
    private const int LongestBackOff = 30_000;

    private static readonly ConcurrentDictionary<string, ContentType?> ContentTypes = new(StringComparer.Ordinal);

    private readonly SqliteReceiveEndpointContext _endpoint;
    private readonly Delivery _delivery;
    private readonly CancellationTokenRegistration _leaseLost;
    private MessageSchedulerContext? _scheduler;

    public SqliteReceiveContext(SqliteReceiveEndpointContext endpoint, Delivery delivery)
        : base(delivery.Deliveries > 0, endpoint)
    {
        (_endpoint, _delivery) = (endpoint, delivery);
        Headers = new HeaderBlock(delivery.Headers);
        Body = new BytesMessageBody(delivery.Body);
        _leaseLost = delivery.LeaseLost.UnsafeRegister(static context => ((SqliteReceiveContext)context!).Cancel(), this);
    }

    public HeaderBlock Headers { get; }

    /// <summary>Set when the message was deserialized.</summary>
    public ConsumeContext? Consumed { get; set; }

    /// <summary>Set when the endpoint stops: what is given back then may begin elsewhere at once.</summary>
    public bool IsStopping { get; set; }

    /// <inheritdoc/>
    public override MessageBody Body { get; }

    /// <inheritdoc/>
    public string? RoutingKey => _delivery.RoutingKey;

    /// <inheritdoc/>
    public string? PartitionKey => _delivery.PartitionKey;

    protected override IHeaderProvider HeaderProvider => Headers;

    private SqliteHostConfiguration Host => _endpoint.Host;

    /// <exception cref="ArgumentException">The message came by another transport.</exception>
    public static SqliteReceiveContext Of(ReceiveContext context) => context.TryGetPayload<SqliteReceiveContext>(out var receive)
        ? receive
        : throw new ArgumentException("The message was not received from a file of queues, so it cannot be moved within one.", nameof(context));

    /// <summary>Leaves for another queue; the headers, and those that say who moved it, replace others of the same name.</summary>
    public Task MoveAsync(string queue, SendHeaders headers)
    {
        headers.SetHostHeaders();
        return _delivery.MoveAsync(queue, HeaderBlock.With(Headers.Bytes, [.. headers.GetAll()]), CancellationToken.None);
    }

    /// <inheritdoc/>
    public Task ValidateLockStatus()
    {
        var start = _delivery.StartAsync();
        return start.IsCompletedSuccessfully ? Task.CompletedTask : start.AsTask();
    }

    /// <inheritdoc/>
    public Task Complete()
    {
        _delivery.Complete();
        return Task.CompletedTask;
    }

    // Only what could not even be moved to the error queue comes here, and what was cancelled.
    /// <inheritdoc/>
    public Task Faulted(Exception exception)
    {
        if (!Headers.IsReadable())
            return SetAsideAsync(exception);
        GiveBack();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ScheduleRedelivery(TimeSpan delay, Action<ConsumeContext, SendContext>? callback = null)
    {
        var headers = Redelivery.Headers(Headers, Consumed, callback);
        return _delivery.DeferAsync(delay, headers, _endpoint.Configuration.PartitionFailure == PartitionFailure.Overtake, CancellationToken.None);
    }

    /// <inheritdoc/>
    public IDictionary<string, object>? GetTransportProperties()
    {
        if (RoutingKey is null && PartitionKey is null)
            return null;
        var properties = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        if (RoutingKey is not null)
            properties[nameof(RoutingKey)] = RoutingKey;
        if (PartitionKey is not null)
            properties[nameof(PartitionKey)] = PartitionKey;
        return properties;
    }

    // The scheduler is made for the few handlers that ask for it, and another that was put in by the configuration comes first.
    /// <inheritdoc/>
    public override bool TryGetPayload<T>([NotNullWhen(true)] out T? payload)
        where T : class
    {
        if (base.TryGetPayload(out payload))
            return true;
        if (typeof(T) != typeof(MessageSchedulerContext) || Consumed is null)
            return false;
        payload = (T)(_scheduler ??= SqliteSchedulerContext.Create(Host, Consumed));
        return true;
    }

    /// <inheritdoc/>
    public override bool HasPayloadType(Type payloadType) => base.HasPayloadType(payloadType) || (payloadType == typeof(MessageSchedulerContext) && Consumed is not null);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _leaseLost.Dispose();
        base.Dispose();
    }

    protected override ContentType? GetContentType() =>
        Headers.TryGetHeader(MessageHeaders.ContentType, out var value) && value is string text ? ContentTypes.GetOrAdd(text, ConvertToContentType) : null;

    // The pause keeps it from going round at full speed.
    private void GiveBack()
    {
        var delay = IsStopping ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Min(LongestBackOff, 100 << Math.Min(_delivery.Deliveries, 9)));
        _delivery.Abandon(delay, counted: true);
    }

    // What MassTransit puts into the error queue takes the headers along. These can only be left behind.
    private async Task SetAsideAsync(Exception exception)
    {
        try
        {
            KeyValuePair<string, object>[] reason =
            [
                new(MessageHeaders.Reason, "fault"), new(MessageHeaders.FaultExceptionType, exception.GetType().FullName!), new(MessageHeaders.FaultMessage, exception.Message),
            ];
            LogContext.Error?.Log(exception, "The headers of a message of {InputAddress} cannot be read: it goes to {ErrorQueue} without them", InputAddress, _endpoint.ErrorQueue);
            await _delivery.MoveAsync(_endpoint.ErrorQueue, HeaderBlock.With([], reason), CancellationToken.None);
        }
        catch (Exception failure) when (failure is QueueFileException or LeaseLostException)
        {
            // The file cannot be written now, or the lease is lost.
            GiveBack();
        }
    }
}
