namespace Bus.SqliteTransport.Engine;

/// <summary>How many messages of a queue wait for a consumer, are with one, and wait for their time or for the one before them of their key.</summary>
internal readonly record struct QueueDepth(long Ready, long Claimed, long Waiting);
