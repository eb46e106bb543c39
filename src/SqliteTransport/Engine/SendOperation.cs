using System.Diagnostics;
using Bus.SqliteTransport.Engine.Storage;

namespace Bus.SqliteTransport.Engine;

/// <summary>Puts a message into one queue, or into those subscribed to a topic; waits for room where a queue has a limit.</summary>
internal sealed class SendOperation(string name, bool isTopic, OutgoingMessage message, CancellationToken cancellationToken) : AwaitedOperation
{
    private readonly long _since = Stopwatch.GetTimestamp();

    public override bool Apply(Turn turn)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (message.Due is { } due && due.ToUnixTimeMilliseconds() > turn.Now)
        {
            turn.Store.Timers.Schedule(message, isTopic ? name : null, isTopic ? null : turn.Store.Topology.Queue(name).Id);
            turn.TimersChanged = true;
            return true;
        }

        if (!isTopic)
            return SendTo(turn, turn.Store.Topology.Queue(name));
        var targets = turn.Store.Topology.Route(name, message.RoutingKey);
        return targets.Length switch
        {
            0 => true,
            1 => SendTo(turn, targets[0]),
            _ => SendTo(turn, targets),
        };
    }

    private bool SendTo(Turn turn, QueueRow queue)
    {
        if (!HasRoom(turn, queue))
            return false;
        turn.Deliver(queue, turn.Store.Messages.InsertMessage(message), message, DeliveryTerms.Of(message));
        return true;
    }

    private bool SendTo(Turn turn, QueueRow[] queues)
    {
        if (!Array.TrueForAll(queues, queue => HasRoom(turn, queue)))
            return false;
        var id = turn.Store.Messages.InsertMessage(message);
        turn.Store.Messages.Share(id, queues.Length);
        foreach (var queue in queues)
            turn.Deliver(queue, id, message, DeliveryTerms.Of(message));
        return true;
    }

    private bool HasRoom(Turn turn, QueueRow queue)
    {
        if (queue.MaxLength is not { } limit || turn.Store.Topology.Depth(queue.Id) < limit)
            return true;
        if (Stopwatch.GetElapsedTime(_since) < queue.FullTimeout)
            return false;
        throw new QueueFullException(
            $"The queue `{queue.Name}` holds {limit} messages, its limit, and had no room for {queue.FullTimeout.TotalSeconds:0.#} s. Nothing was sent. Add consumers, or raise its MaxLength.");
    }
}
