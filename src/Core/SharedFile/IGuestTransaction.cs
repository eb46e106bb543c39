namespace Bus.Core.SharedFile;

/// <summary>What is written into the queues in a transaction of somebody else, who alone ends it. Forget this object when it is rolled back. Not thread-safe.</summary>
internal interface IGuestTransaction
{
    /// <summary>Writes what was collected, in its order. After an error nothing of it is written, and the transaction stands.</summary>
    void Write(IEnumerable<GuestMessages> messages);

    /// <summary>The transaction has committed: wakes those who wait for what it has written.</summary>
    void Committed();
}
