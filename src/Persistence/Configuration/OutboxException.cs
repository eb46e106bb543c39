namespace Bus.Persistence;

/// <summary>The outbox or the inbox cannot do what was asked; the message says what to change.</summary>
public sealed class OutboxException : Exception
{
    public OutboxException()
    {
    }

    public OutboxException(string message)
        : base(message)
    {
    }

    public OutboxException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
