namespace Bus.SqliteTransport;

/// <summary>What becomes of the later messages of a partition key while its first one waits to be tried again.</summary>
public enum PartitionFailure
{
    /// <summary>They wait until it has succeeded or gone to the error queue: the order of the key holds whatever fails.</summary>
    Hold,

    /// <summary>They go on: still one at a time, but the one that failed comes after them.</summary>
    Overtake,
}
