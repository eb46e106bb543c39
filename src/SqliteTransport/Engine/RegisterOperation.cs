namespace Bus.SqliteTransport.Engine;

/// <summary>Adds a consumer, when it is committed and not before: one whose registration failed must get nothing.</summary>
internal sealed class RegisterOperation(QueueConsumer consumer, ConsumerSet consumers) : AwaitedOperation
{
    private long _queue;

    public override bool IsDurable => false;

    public override bool Apply(Turn turn)
    {
        _queue = turn.Store.Topology.Queue(consumer.QueueName).Id;
        turn.Store.Processes.Reads(_queue, turn.Process);
        return true;
    }

    public override void Committed()
    {
        consumer.QueueId = _queue;
        consumers.Add(consumer);
        base.Committed();
    }
}
