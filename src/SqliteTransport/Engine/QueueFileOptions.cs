namespace Bus.SqliteTransport.Engine;

/// <summary>How a <see cref="QueueFile"/> works. Read once when it is opened.</summary>
internal sealed record QueueFileOptions
{
    /// <summary>The file; its folder is created. Beside it lie SQLite's <c>-wal</c> and <c>-shm</c>, and one <c>-owner-N</c> for each process that has it open.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// How long a process that stands still (stopped, swapped out) keeps what it received. One that has died is noticed at once, whatever this says. At least 1 s; 30 s by default.
    /// </summary>
    public TimeSpan LockDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After how many deaths of its process a message that ran goes to the error queue. 3 by default.</summary>
    public int MaxCrashes { get; init; } = 3;

    /// <summary>False: a commit reaches the operating system, not the disk; a power cut may lose the last of them. True by default.</summary>
    public bool FlushToDisk { get; init; } = true;

    /// <summary>
    /// Adds a header to a block of headers, which the engine cannot read: the name, then the value. For what the engine itself moves to an error or skipped queue, and why.
    /// </summary>
    public Func<byte[], string, string, byte[]> AddHeader { get; init; } = static (headers, _, _) => headers;

    /// <summary>
    /// True: the file is the database of a service, whose writers pass the same gate of the process as the writer of the queues, and may write into the queues in their own transactions. False by
    /// default: a file that holds anything else is refused.
    /// </summary>
    public bool SharesFile { get; init; }

    /// <summary>Gets what other processes tell by <see cref="QueueFile.TryTell"/>, on the writer's thread: it must return at once. Null, which is the default, for a process that does not listen.</summary>
    public Action<ReadOnlySpan<byte>>? Heard { get; init; }

    /// <summary>For due times and expiry; the leases do not ask it.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
