namespace Bus.SqliteTransport.Sending;

/// <summary>
/// By which temporary queues are reached: each is subscribed here under its own name. A send would make the queue of a process that is gone again, and fill it with answers that
/// nobody takes; what is published to no queue is gone.
/// </summary>
internal static class ReplyTopic
{
    public const string Name = "bus:temporary-queues";
}
