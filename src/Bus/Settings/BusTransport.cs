namespace Bus.Settings;

/// <summary>What carries the messages.</summary>
public enum BusTransport
{
    /// <summary>Durable queues in a SQLite file in <see cref="BusOptions.DataFolder"/>, shared by the processes of one machine; nothing to install.</summary>
    Sqlite,

    /// <summary>Inside this process; nothing survives it. For tests.</summary>
    InMemory,

    /// <summary>A RabbitMQ broker at <c>ConnectionStrings:RabbitMq</c>.</summary>
    RabbitMq,
}
