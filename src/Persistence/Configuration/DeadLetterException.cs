namespace Bus.Persistence;

/// <summary>What is asked of dead letters cannot be done; the message says what to change.</summary>
public sealed class DeadLetterException : Exception
{
    public DeadLetterException()
    {
    }

    public DeadLetterException(string message)
        : base(message)
    {
    }

    public DeadLetterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
