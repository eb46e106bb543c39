namespace Bus.SqliteTransport.Engine;

/// <summary>The consumers of this process by queue. What is done at each commit costs nothing for those that have nothing to do, however many there are. For the writer's thread.</summary>
internal sealed class ConsumerSet
{
    // Up to so many it is cheaper to look into each queue than to ask which queues have something.
    private const int Few = 64;

    private readonly Dictionary<long, List<QueueConsumer>> _byQueue = [];
    private readonly HashSet<QueueConsumer> _eager = [];

    public List<QueueConsumer> All { get; } = [];

    /// <summary>Those whose queue may have ready rows.</summary>
    public HashSet<QueueConsumer> Eager => _eager;

    /// <summary>Something may be ready in any queue: the file has to be asked in which.</summary>
    public bool MustLook { get; private set; }

    public void Add(QueueConsumer consumer)
    {
        All.Add(consumer);
        Index(consumer);
        _eager.Add(consumer);
    }

    /// <summary>After their queues have got other numbers.</summary>
    public void Rebuild()
    {
        _byQueue.Clear();
        foreach (var consumer in All)
            Index(consumer);
        AllMayHaveReady();
    }

    /// <summary>Forgets those that have stopped and hold nothing any more.</summary>
    public void Tidy()
    {
        All.RemoveAll(consumer =>
        {
            var isGone = consumer.IsStopped && consumer.Held.Count == 0;
            if (isGone)
                Remove(consumer);
            return isGone;
        });
    }

    /// <summary>The one with the most room of those that know their queue to be empty; null when there is none.</summary>
    public QueueConsumer? Hungry(long queue)
    {
        if (MustLook || !_byQueue.TryGetValue(queue, out var ofQueue))
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
        if (_byQueue.TryGetValue(queue, out var ofQueue))
            ofQueue.ForEach(Wake);
    }

    public void AllMayHaveReady()
    {
        MustLook = All.Count > Few;
        if (!MustLook)
            All.ForEach(Wake);
    }

    /// <summary>The answer to <see cref="MustLook"/>.</summary>
    public void HaveReady(IEnumerable<long> queues)
    {
        MustLook = false;
        foreach (var queue in queues)
            MayHaveReady(queue);
    }

    /// <summary>Takes out of the eager ones those that have found their queue empty.</summary>
    public void Calm() => _eager.RemoveWhere(static consumer => !consumer.MayHaveReady);

    private void Wake(QueueConsumer consumer)
    {
        consumer.MayHaveReady = true;
        _eager.Add(consumer);
    }

    private void Index(QueueConsumer consumer)
    {
        if (!_byQueue.TryGetValue(consumer.QueueId, out var ofQueue))
            _byQueue[consumer.QueueId] = ofQueue = [];
        ofQueue.Add(consumer);
    }

    private void Remove(QueueConsumer consumer)
    {
        _eager.Remove(consumer);
        if (_byQueue.TryGetValue(consumer.QueueId, out var ofQueue) && ofQueue.Remove(consumer) && ofQueue.Count == 0)
            _byQueue.Remove(consumer.QueueId);
    }
}
