using Bus.SqliteTransport.Engine.Storage;

namespace Bus.SqliteTransport.Engine;

/// <summary>Puts a message where it belongs: among the timers, into one queue, or into those subscribed to a topic.</summary>
internal static class Placing
{
    /// <returns>Null when it is done; a queue that has no room, when nothing was done.</returns>
    public static QueueRow? TryPlace(Turn turn, string name, bool isTopic, OutgoingMessage message)
    {
        if (message.Due is { } due && due.ToUnixTimeMilliseconds() > turn.Now)
        {
            turn.Store.Timers.Schedule(message, isTopic ? name : null, isTopic ? null : turn.Store.Topology.Queue(name).Id);
            turn.TimersChanged = true;
            return null;
        }

        if (!isTopic)
            return TryPlace(turn, turn.Store.Topology.Queue(name), message);
        var targets = turn.Store.Topology.Route(name, message.RoutingKey);
        return targets.Length switch
        {
            0 => null,
            1 => TryPlace(turn, targets[0], message),
            _ => TryPlace(turn, targets, message),
        };
    }

    public static QueueFullException Full(QueueRow queue, string why) =>
        new($"The queue `{queue.Name}` holds {queue.MaxLength} messages, its limit, {why}. Nothing was sent. Add consumers, or raise its MaxLength.");

    private static QueueRow? TryPlace(Turn turn, QueueRow queue, OutgoingMessage message)
    {
        if (!HasRoom(turn, queue))
            return queue;
        turn.Deliver(queue, turn.Store.Messages.InsertMessage(message), message, DeliveryTerms.Of(message));
        return null;
    }

    private static QueueRow? TryPlace(Turn turn, QueueRow[] queues, OutgoingMessage message)
    {
        if (Array.Find(queues, queue => !HasRoom(turn, queue)) is { } full)
            return full;
        var id = turn.Store.Messages.InsertMessage(message);
        turn.Store.Messages.Share(id, queues.Length);
        foreach (var queue in queues)
            turn.Deliver(queue, id, message, DeliveryTerms.Of(message));
        return null;
    }

    private static bool HasRoom(Turn turn, QueueRow queue) => queue.MaxLength is not { } limit || turn.Store.Topology.Depth(queue.Id) < limit;
}
