namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>What of a message concerns its place in a queue. Expiry in Unix milliseconds.</summary>
internal readonly record struct DeliveryTerms(byte Priority, string? PartitionKey, long? Expires, bool DropExpired, int Deliveries)
{
    public static DeliveryTerms Of(OutgoingMessage message) =>
        new(message.Priority, message.PartitionKey, message.Expires?.ToUnixTimeMilliseconds(), message.DropWhenExpired, message.Deliveries);
}
