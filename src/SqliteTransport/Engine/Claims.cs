using Bus.SqliteTransport.Engine.Storage;

namespace Bus.SqliteTransport.Engine;

/// <summary>Fetches from the file what the consumers of this process have room for. For the writer's thread.</summary>
internal sealed class Claims(Store store, ConsumerSet consumers)
{
    /// <summary>Whether a consumer works on less than half of what it could.</summary>
    public bool AreUrgent()
    {
        if (consumers.MustLook)
            return true;
        foreach (var consumer in consumers.Eager)
        {
            if (consumer.IsStarving)
                return true;
        }

        return false;
    }

    /// <summary>Whether there is something to claim. Without a write lock: a process that finds nothing disturbs no other.</summary>
    public bool AreDue()
    {
        Look();
        var found = false;
        foreach (var consumer in consumers.Eager)
        {
            if (consumer.Room <= 0)
                continue;
            if (store.Messages.HasReady(consumer.QueueId))
                found = true;
            else
                consumer.MayHaveReady = false;
        }

        consumers.Calm();
        return found;
    }

    /// <summary>Within the transaction of the moment.</summary>
    public void Apply(Turn turn)
    {
        Look();
        foreach (var consumer in consumers.Eager)
        {
            if (consumer.Room is not (> 0 and var room))
                continue;
            List<ReadyMessage> rows = [];
            store.Messages.Claim(consumer.QueueId, turn.Process, room, turn.Now, rows);
            consumer.MayHaveReady = rows.Count == room;
            foreach (var row in rows)
                turn.HandOver(consumer, row);
        }

        consumers.Calm();
    }

    private void Look()
    {
        if (consumers.MustLook)
            consumers.HaveReady(store.Messages.QueuesWithReady());
    }
}
