using MassTransit;

namespace Bus.SqliteTransport;

/// <summary>What a message that goes into the file of queues can be told beside MassTransit's own.</summary>
public static class SqliteSendContextExtensions
{
    /// <summary>Sets the priority, 0 to 9. False, and nothing done, when the message goes by another transport.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The priority is above 9.</exception>
    public static bool TrySetSqlitePriority(this SendContext context, byte priority)
    {
        if (!context.TryGetPayload<ISqliteSendContext>(out var send))
            return false;
        send.Priority = priority;
        return true;
    }
}
