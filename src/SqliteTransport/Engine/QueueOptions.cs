namespace Bus.SqliteTransport.Engine;

/// <summary>What a queue is when it is declared. Declaring it again changes its length limit and nothing else.</summary>
internal sealed record QueueOptions
{
    /// <summary>It goes away, with what is in it, when the process that declared it closes the file or dies. For answers.</summary>
    public bool Temporary { get; init; }

    /// <summary>How many messages it may hold. Null: as many as the disk.</summary>
    public long? MaxLength { get; init; }

    /// <summary>How long a sender waits for room in a full queue before it is refused. Zero: refused at once. 10 s by default.</summary>
    public TimeSpan FullTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
