namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>A process that has the file open: its number, how often it has said so, for how long it may be silent, where it is rung, and whether it may hear that.</summary>
internal readonly record struct Member(long Id, long Beat, TimeSpan Lease, int Port, bool IsHere);

/// <summary>What a process had when it left.</summary>
internal readonly record struct Orphan(long Id, long Queue, long Message, string? PartitionKey, int Crashes, bool Started);
