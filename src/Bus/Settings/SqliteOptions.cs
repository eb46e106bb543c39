namespace Bus.Settings;

/// <summary>The settings of section <c>Bus:Sqlite</c>: the embedded transport.</summary>
public sealed class SqliteOptions
{
    /// <summary>The file, in <see cref="BusOptions.DataFolder"/> unless the path is rooted. Not the database of the service, unless <see cref="OneFile"/> says so. Default <c>queues.db</c>.</summary>
    public string File { get; set; } = "queues.db";

    /// <summary>
    /// How long a process that stands still keeps what it has received before others get it; the death of one is noticed at once. 1 s to 1 h. Default 30 s.
    /// </summary>
    public TimeSpan LockDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>After how many deaths of its process, while it ran, a message goes to the <c>_error</c> queue. 1 to 1,000. Default 3.</summary>
    public int MaxProcessDeaths { get; set; } = 3;

    /// <summary>False: an accepted message is with the operating system and not yet on the disk; a power cut may lose the last ones. Default true.</summary>
    public bool FlushToDisk { get; set; } = true;

    /// <summary>
    /// True: the queues stand in the database of the service, which must be SQLite; <see cref="File"/> is then not used. What is published with a save is written into the queues by its transaction,
    /// without a relay. For services whose transactions are short: a file has one writer at a time. Default false: two files.
    /// </summary>
    public bool OneFile { get; set; }
}
