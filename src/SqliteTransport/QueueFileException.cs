namespace Bus.SqliteTransport;

/// <summary>The file of the queues cannot be used: the message names it, what is wrong and what to do. What was accepted before is still in it.</summary>
public sealed class QueueFileException : IOException
{
    internal QueueFileException(string message, bool isTransient, Exception? inner = null)
        : base(message, inner) => IsTransient = isTransient;

    /// <summary>True when it can pass by itself (a full disk, another program that holds the file) and trying again makes sense.</summary>
    public bool IsTransient { get; }

    internal int Code { get; init; }
}
