namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>A process that has the file open: its number, how often it has said so, and where it is woken.</summary>
internal readonly record struct Member(long Id, long Beat, int Port);

/// <summary>What a process had when it left.</summary>
internal readonly record struct Orphan(long Id, long Queue, long Message, string? PartitionKey, int Crashes, bool Started);
