namespace Bus.SqliteTransport.Engine;

/// <summary>Something that is done in a transaction of somebody else. It may be done again, in another one, when that is rolled back.</summary>
internal interface IGuestOperation
{
    /// <exception cref="QueueFullException">There is no room, and it is not waited for: others could not make it while the transaction is open.</exception>
    void Apply(Turn turn);
}
