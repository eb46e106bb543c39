using Bus.SqliteTransport.Engine.Storage;

namespace Bus.SqliteTransport.Engine;

/// <summary>One transaction of the writer, and what follows its commit. Not thread-safe.</summary>
internal sealed class Turn(Store store, ConsumerSet consumers)
{
    private readonly List<(QueueConsumer Consumer, HeldDelivery Delivery)> _handOvers = [];
    private readonly HashSet<long> _looked = [];

    public Store Store => store;

    /// <summary>This process in the file.</summary>
    public long Process { get; set; }

    /// <summary>The wall clock at its begin, in Unix milliseconds.</summary>
    public long Now { get; set; }

    /// <summary>The queues that got a ready message while they had none: whoever reads them is woken.</summary>
    public HashSet<long> Filled { get; } = [];

    /// <summary>Set when one of <see cref="Filled"/> is so by what was sent.</summary>
    public bool HasArrivals { get; private set; }

    /// <summary>Set by an operation that may have made a timer or an expiry earlier.</summary>
    public bool TimersChanged { get; set; }

    /// <summary>Puts a message into a queue; a consumer of this process that waits for one gets it without another claim.</summary>
    public void Deliver(QueueRow queue, long messageId, OutgoingMessage message, in DeliveryTerms terms)
    {
        var consumer = consumers.Hungry(queue.Id);
        // Nothing leaves before the claims at the end of the transaction: who was not empty once, or has got one, is not empty.
        var isFirst = consumer is null && _looked.Add(queue.Id);
        var wasEmpty = isFirst && !store.Messages.HasReady(queue.Id);
        var id = store.Messages.InsertDelivery(queue.Id, messageId, terms, consumer is null ? null : Process, out var isBehind);
        if (terms.Expires is not null)
            TimersChanged = true;
        if (isBehind)
        {
            if (isFirst)
                _looked.Remove(queue.Id);
            return;
        }

        if (consumer is not null)
            HandOver(consumer, new ReadyMessage(id, messageId, terms.Deliveries, 0, terms.PartitionKey, terms.Expires, terms.DropExpired, message.Body, message.Headers, message.RoutingKey));
        else if (wasEmpty)
            HasArrivals |= Filled.Add(queue.Id);
    }

    /// <summary>Says that a queue has ready rows that were not there before.</summary>
    public void MadeReady(long queue)
    {
        Filled.Add(queue);
        consumers.MayHaveReady(queue);
    }

    public void HandOver(QueueConsumer consumer, in ReadyMessage row)
    {
        consumer.Took();
        _handOvers.Add((consumer, new HeldDelivery(consumer, Process, row)));
    }

    public void Begin()
    {
        Filled.Clear();
        HasArrivals = false;
        _looked.Clear();
        TimersChanged = false;
        _handOvers.Clear();
    }

    /// <summary>After the commit.</summary>
    public void Committed()
    {
        foreach (var (consumer, delivery) in _handOvers)
            consumer.HandOver(delivery);
        foreach (var queue in Filled)
            consumers.MayHaveReady(queue);
        _handOvers.Clear();
    }

    public void RolledBack()
    {
        foreach (var (consumer, _) in _handOvers)
            consumer.GaveBack();
        _handOvers.Clear();
        // What a claim or an operation has found out about the queues is not so.
        consumers.AllMayHaveReady();
    }
}
