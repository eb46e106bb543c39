namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>A row whose time to live is over.</summary>
internal readonly record struct Expired(long Id, long Queue, long Message, string? PartitionKey, bool Drop);
