namespace Bus.Host.Schema;

/// <summary>The database's schema is not the one that this program works with; the message says what to do.</summary>
internal sealed class SchemaException(string message) : Exception(message);
