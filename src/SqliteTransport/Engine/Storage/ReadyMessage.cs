namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>A row that was claimed, with its message.</summary>
internal readonly record struct ReadyMessage(
    long Id, long Message, int Deliveries, int Crashes, string? PartitionKey, long? Expires, bool DropExpired, byte[] Body, byte[] Headers, string? RoutingKey);
