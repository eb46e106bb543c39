using MassTransit;

namespace Bus.SqliteTransport;

/// <summary>A message on its way into the file of queues. <c>context.TryGetPayload&lt;ISqliteSendContext&gt;</c> finds it in any send or publish pipe.</summary>
public interface ISqliteSendContext : SendContext, RoutingKeySendContext, PartitionKeySendContext
{
    /// <summary>0 to 9, higher is delivered first; 0 by default. Within a partition key the order of sending counts, not the priority.</summary>
    byte Priority { get; set; }

    /// <summary>Not delivered before this instant. Null: <see cref="SendContext.Delay"/> says, or at once. Unlike a delay, it does not grow by the time in an outbox.</summary>
    DateTimeOffset? Due { get; set; }
}
