using System.Globalization;
using MassTransit;
using MassTransit.Context;

namespace Bus.SqliteTransport.Sending;

/// <summary>MassTransit's send context with what this transport adds. Its properties survive in an outbox.</summary>
internal sealed class SqliteMessageSendContext<T>(T message, TimeProvider time, CancellationToken cancellationToken)
    : MessageSendContext<T>(message, cancellationToken), ISqliteSendContext
    where T : class
{
    private const byte HighestPriority = 9;

    private byte _priority;

    public string? RoutingKey { get; set; }

    public string? PartitionKey { get; set; }

    public byte Priority
    {
        get => _priority;
        set => _priority = value <= HighestPriority ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"`Priority` must be between 0 and {HighestPriority}, but was {value}.");
    }

    public DateTimeOffset? Due { get; set; }

    /// <inheritdoc/>
    public override void WritePropertiesTo(IDictionary<string, object> properties)
    {
        base.WritePropertiesTo(properties);
        if (!string.IsNullOrEmpty(RoutingKey))
            properties[nameof(RoutingKey)] = RoutingKey;
        if (!string.IsNullOrEmpty(PartitionKey))
            properties[nameof(PartitionKey)] = PartitionKey;
        if (_priority > 0)
            properties[nameof(Priority)] = (int)_priority;
        // The wait in an outbox must not be added to the delay.
        if ((Due ?? time.GetUtcNow() + Delay) is { } due)
            properties[nameof(Due)] = due.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public override void ReadPropertiesFrom(IReadOnlyDictionary<string, object> properties)
    {
        base.ReadPropertiesFrom(properties);
        RoutingKey = ReadString(properties, nameof(RoutingKey));
        PartitionKey = ReadString(properties, nameof(PartitionKey));
        // It may have been written for another transport, whose priorities go further.
        _priority = (byte)Math.Clamp(ReadLong(properties, nameof(Priority)) ?? 0, 0, HighestPriority);
        Due = ReadLong(properties, nameof(Due)) is { } due ? DateTimeOffset.FromUnixTimeMilliseconds(due) : null;
    }
}
