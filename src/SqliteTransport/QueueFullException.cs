namespace Bus.SqliteTransport;

/// <summary>A queue with a limit to its length stayed full for as long as a sender may wait. Nothing was sent.</summary>
public sealed class QueueFullException(string message) : IOException(message);
