namespace Bus.Settings;

/// <summary>What carries the messages.</summary>
public enum BusTransport
{
    /// <summary>Inside this process; nothing survives it. For tests and first steps.</summary>
    InMemory,

    /// <summary>A RabbitMQ broker at <c>ConnectionStrings:RabbitMq</c>.</summary>
    RabbitMq,
}
