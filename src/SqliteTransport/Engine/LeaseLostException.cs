namespace Bus.SqliteTransport.Engine;

/// <summary>This process stood still for longer than its lease, and what it held was given to others.</summary>
internal sealed class LeaseLostException(string message) : Exception(message);
