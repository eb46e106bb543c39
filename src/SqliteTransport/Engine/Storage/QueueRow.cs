namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>A queue as the file says it is.</summary>
internal sealed record QueueRow(long Id, string Name, long? MaxLength, TimeSpan FullTimeout, bool IsTemporary);
