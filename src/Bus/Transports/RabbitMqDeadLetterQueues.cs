using System.Collections.Concurrent;
using System.Text;
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
    private const ushort Prefetch = 200;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ConcurrentDictionary<string, IChannel> _read = new(StringComparer.Ordinal);
    private IConnection? _connection;

    public override async Task CloseAsync()
    {
        _read.Clear();
        if (_connection is not { } connection)
            return;
        _connection = null;
        await connection.DisposeAsync();
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
        }
        catch (OperationInterruptedException refused)
        {
            await channel.DisposeAsync();
            // One that may not be read keeps nobody from the others.
            if (refused.ShutdownReason?.ReplyCode != Constants.NotFound)
            {
                LogRefused(Log, refused, name);
            }

            return;
        }

        await channel.BasicQosAsync(0, Prefetch, false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => ReceiveAsync(channel, queue, suffix, delivery);
        // A queue that is deleted ends its consumer, and nothing else: the next pass looks whether it has come back.
        consumer.UnregisteredAsync += (_, _) => CancelAsync(channel);
        await channel.BasicConsumeAsync(name, autoAck: false, consumer, cancellationToken);
        _read[name] = channel;
    }

    private static async Task CancelAsync(IChannel channel)
    {
        if (channel.IsOpen)
            await channel.CloseAsync();
    }

    private async Task<IConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is { IsOpen: true } open)
            return open;
        await CloseAsync();
        var address = RabbitMqAddress.Parse(connectionString);
        var factory = new ConnectionFactory
        {
            HostName = address.Host,
            Port = address.Port,
            VirtualHost = address.VirtualHost,
            UserName = address.User ?? "guest",
            Password = address.Password ?? "guest",
            RequestedHeartbeat = options.RabbitMq.Heartbeat,
            // The next pass opens what was lost; two that do so would read twice.
            AutomaticRecoveryEnabled = false,
            ClientProvidedName = options.RabbitMq.ConnectionName is { } name ? $"{name} (dead letters)" : null,
        };
        RabbitMqTls.Apply(factory, address, options.RabbitMq.Tls);
        return _connection = await factory.CreateConnectionAsync(cancellationToken);
    }

    private async Task ReceiveAsync(IChannel channel, string queue, string suffix, BasicDeliverEventArgs delivery)
    {
        // The bytes are the client's own again when this returns.
        var message = new ArrivedMessage(queue, delivery.Body.ToArray(), HeadersOf(delivery.BasicProperties))
        {
            MessageId = delivery.BasicProperties.MessageId,
            CorrelationId = delivery.BasicProperties.CorrelationId,
            ContentType = delivery.BasicProperties.ContentType,
            Properties = PropertiesOf(delivery.BasicProperties),
            IsRedelivered = delivery.Redelivered,
        };
        try
        {
            await TakeAsync(message, suffix);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or AlreadyClosedException or ObjectDisposedException)
        {
            // The process stops, or the channel is gone: the broker delivers it again, and the store knows it.
        }
    }

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
        AmqpTimestamp time => DateTimeOffset.FromUnixTimeSeconds(time.UnixTime),
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

    [LoggerMessage(134, LogLevel.Warning, "The broker lets nobody read {Queue}: dead letters stay in it")]
    private static partial void LogRefused(ILogger logger, Exception exception, string queue);
}
