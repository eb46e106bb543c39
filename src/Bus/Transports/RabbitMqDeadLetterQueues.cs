using System.Collections.Concurrent;
using System.Text;
using Bus.Core.Faults;
using Bus.Core.Loops;
using Bus.Persistence.DeadLetters;
using Bus.Settings;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Bus.Transports;

/// <summary>
/// Reads the queues by a connection of its own, and declares none: with what arguments they were made, ours or those of a service that knows nothing of us, is their owner's affair. One that is not there yet is looked for
/// again at every pass.
/// </summary>
internal sealed partial class RabbitMqDeadLetterQueues(string connectionString, BusOptions options, ILoggerFactory loggers) : DeadLetterQueues(loggers.CreateLogger("Bus.DeadLetters"), TimeProvider.System)
{
    // What is too large for its consumers comes here, too.
    private const ushort Prefetch = 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // How long a replay waits for a broker that does not answer whether it has the queue.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, IChannel> _read = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _connecting = new(1);
    private IConnection? _connection;
    private bool _isClosed;

    /// <summary>A connection as the bus has one.</summary>
    internal static ConnectionFactory Factory(string connectionString, RabbitMqOptions options)
    {
        var address = RabbitMqAddress.Parse(connectionString);
        var factory = new ConnectionFactory
        {
            HostName = address.Host,
            Port = address.Port,
            VirtualHost = address.VirtualHost,
            UserName = address.User ?? "guest",
            Password = address.Password ?? "guest",
            RequestedHeartbeat = options.Heartbeat,
            // The next pass opens what was lost; two that do so would read twice.
            AutomaticRecoveryEnabled = false,
            ClientProvidedName = options.ConnectionName is { } name ? $"{name} (dead letters)" : null,
        };
        RabbitMqTls.Apply(factory, address, options.Tls);
        return factory;
    }

    public override async Task CloseAsync()
    {
        await _connecting.WaitAsync();
        try
        {
            _isClosed = true;
            await DropAsync();
        }
        finally
        {
            _connecting.Release();
        }
    }

    // A message is sent to the exchange of the queue's name, which would be made where it is missing, and lead nowhere.
    public override async Task<bool?> HasAsync(string queue, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var connection = await ConnectAsync(either.Token);
            return await IsThereAsync(connection, channel => channel.QueueDeclarePassiveAsync(queue, either.Token), either.Token)
                && await IsThereAsync(connection, channel => channel.ExchangeDeclarePassiveAsync(queue, either.Token), either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotAsked(Log, exception, queue);
            return null;
        }
    }

    protected override async Task AttachAsync(string queue, string suffix, CancellationToken cancellationToken)
    {
        var name = queue + suffix;
        if (_read.TryGetValue(name, out var reading))
        {
            if (reading.IsOpen)
                return;
            _read.TryRemove(name, out _);
            await reading.DisposeAsync();
        }

        var channel = await (await ConnectAsync(cancellationToken)).CreateChannelAsync(new CreateChannelOptions(false, false, consumerDispatchConcurrency: Prefetch), cancellationToken);
        try
        {
            await channel.QueueDeclarePassiveAsync(name, cancellationToken);
            await channel.BasicQosAsync(0, Prefetch, false, cancellationToken);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, delivery) => ReceiveAsync(channel, queue, suffix, delivery);
            // A queue that is deleted ends its consumer, and nothing else: the next pass looks whether it has come back. Not in the call, which the channel waits for before it closes.
            consumer.UnregisteredAsync += (_, _) =>
            {
                _ = Detached.Run(() => CancelAsync(channel));
                return Task.CompletedTask;
            };
            // Whether it may be read is asked here only.
            await channel.BasicConsumeAsync(name, autoAck: false, consumer, cancellationToken);
        }
        catch (OperationInterruptedException refused) when (_connection is { IsOpen: true })
        {
            await channel.DisposeAsync();
            // One that may not be read keeps nobody from the others.
            if (refused.ShutdownReason?.ReplyCode != Constants.NotFound)
            {
                LogRefused(Log, refused, name);
            }

            return;
        }

        _read[name] = channel;
    }

    private static async Task CancelAsync(IChannel channel)
    {
        try
        {
            if (channel.IsOpen)
                await channel.CloseAsync();
        }
        catch (AlreadyClosedException)
        {
            // That is what was wanted.
        }
    }

    private static async Task<bool> IsThereAsync(IConnection connection, Func<IChannel, Task> look, CancellationToken cancellationToken)
    {
        // What is not there ends the channel that looks for it.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            await look(channel);
            return true;
        }
        catch (OperationInterruptedException refused) when (refused.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
        catch (OperationInterruptedException) when (connection.IsOpen)
        {
            // Another's own, or not ours to look at: there it is.
            return true;
        }
    }

    private async Task<IConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (_connection is { IsOpen: true } open)
                return open;
            ObjectDisposedException.ThrowIf(_isClosed, this);
            await DropAsync();
            return _connection = await Factory(connectionString, options.RabbitMq).CreateConnectionAsync(cancellationToken);
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task DropAsync()
    {
        _read.Clear();
        if (_connection is not { } connection)
            return;
        _connection = null;
        await connection.DisposeAsync();
    }

    private async Task ReceiveAsync(IChannel channel, string queue, string suffix, BasicDeliverEventArgs delivery)
    {
        try
        {
            // Whose channel has ended is delivered again, to another: here nobody waits with it.
            using var either = CancellationTokenSource.CreateLinkedTokenSource(Stopping, delivery.CancellationToken);
            await TakeAsync(delivery.Body.Length, () => Read(queue, delivery), suffix, either.Token);
            FaultPoint.Reach(FaultPoints.BeforeLetterAcknowledge);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or AlreadyClosedException or ObjectDisposedException)
        {
            // The process stops, or the channel is gone: the broker delivers it again, and the store knows it.
        }
        catch (Exception exception)
        {
            LogUnreadable(Log, exception, delivery.BasicProperties.MessageId, queue + suffix);
        }
    }

    // The bytes are the client's own again when the delivery is done with.
    private static ArrivedMessage Read(string queue, BasicDeliverEventArgs delivery) => new(queue, delivery.Body.ToArray(), HeadersOf(delivery.BasicProperties))
    {
        MessageId = delivery.BasicProperties.MessageId,
        CorrelationId = delivery.BasicProperties.CorrelationId,
        ContentType = delivery.BasicProperties.ContentType,
        Properties = PropertiesOf(delivery.BasicProperties),
    };

    private static Dictionary<string, object?> HeadersOf(IReadOnlyBasicProperties properties)
    {
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in properties.Headers ?? new Dictionary<string, object?>(StringComparer.Ordinal))
            headers[name] = Value(value);
        return headers;
    }

    // The protocol's long string is bytes; most are text.
    private static object? Value(object? value) => value switch
    {
        byte[] bytes => Text(bytes),
        AmqpTimestamp { UnixTime: >= -62_135_596_800 and <= 253_402_300_799 } time => DateTimeOffset.FromUnixTimeSeconds(time.UnixTime),
        // In milliseconds, as some write it.
        AmqpTimestamp time => time.UnixTime,
        IDictionary<string, object?> table => table.ToDictionary(entry => entry.Key, entry => Value(entry.Value), StringComparer.Ordinal),
        List<object?> list => list.ConvertAll(Value),
        BinaryTableValue binary => binary.Bytes,
        _ => value,
    };

    private static object Text(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return bytes;
        }
    }

    // By the names that MassTransit takes them back by; the user is whoever sends.
    private static Dictionary<string, object?> PropertiesOf(IReadOnlyBasicProperties properties)
    {
        var known = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (properties.IsAppIdPresent())
            known["RMQ-AppId"] = properties.AppId;
        if (properties.IsPriorityPresent())
            known["RMQ-Priority"] = (int)properties.Priority;
        if (properties.IsReplyToPresent())
            known["RMQ-ReplyTo"] = properties.ReplyTo;
        if (properties.IsTypePresent())
            known["RMQ-Type"] = properties.Type;
        return known;
    }

    [LoggerMessage(135, LogLevel.Error, "Message {MessageId} cannot be taken out of {Queue}; it stays there, unacknowledged")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, string? messageId, string queue);

    [LoggerMessage(136, LogLevel.Warning, "Whether there is a queue {Queue} cannot be asked: what is sent to it waits in the outbox")]
    private static partial void LogNotAsked(ILogger logger, Exception exception, string queue);

    [LoggerMessage(134, LogLevel.Warning, "The broker lets nobody read {Queue}: dead letters stay in it")]
    private static partial void LogRefused(ILogger logger, Exception exception, string queue);
}
