namespace Bus.SqliteTransport.Engine;

/// <summary>The consumers of this process by queue. For the writer's thread.</summary>
internal sealed class ConsumerSet
{
    private readonly Dictionary<long, List<QueueConsumer>> _byQueue = [];

    public List<QueueConsumer> All { get; } = [];

    public void Add(QueueConsumer consumer)
    {
        All.Add(consumer);
        Index(consumer);
    }

    /// <summary>After their queues have got other numbers.</summary>
    public void Rebuild()
    {
        _byQueue.Clear();
        foreach (var consumer in All)
            Index(consumer);
    }

    private void Index(QueueConsumer consumer)
    {
        if (!_byQueue.TryGetValue(consumer.QueueId, out var ofQueue))
            _byQueue[consumer.QueueId] = ofQueue = [];
        ofQueue.Add(consumer);
    }

    /// <summary>Forgets those that have stopped and hold nothing any more.</summary>
    public void Tidy()
    {
        if (All.RemoveAll(consumer => consumer.IsStopped && consumer.Held.Count == 0) == 0)
            return;
        foreach (var ofQueue in _byQueue.Values)
            ofQueue.RemoveAll(consumer => !All.Contains(consumer));
    }

    /// <summary>The one with the most room of those that know their queue to be empty; null when there is none.</summary>
    public QueueConsumer? Hungry(long queue)
    {
        if (!_byQueue.TryGetValue(queue, out var ofQueue))
            return null;
        QueueConsumer? best = null;
        foreach (var consumer in ofQueue)
        {
            if (consumer.MayHaveReady && !consumer.IsStopped)
                return null;
            if (consumer.Room > (best?.Room ?? 0))
                best = consumer;
        }

        return best;
    }

    public void MayHaveReady(long queue)
    {
        if (!_byQueue.TryGetValue(queue, out var ofQueue))
            return;
        foreach (var consumer in ofQueue)
            consumer.MayHaveReady = true;
    }

    public void AllMayHaveReady()
    {
        foreach (var consumer in All)
            consumer.MayHaveReady = true;
    }
}
