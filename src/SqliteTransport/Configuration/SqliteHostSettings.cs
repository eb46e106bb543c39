using Bus.SqliteTransport.Engine;
using Bus.SqliteTransport.Sending;
using MassTransit;

namespace Bus.SqliteTransport.Configuration;

/// <summary>What the user said about the file.</summary>
internal sealed class SqliteHostSettings : ISqliteHostConfigurator, ISpecification
{
    public string Path { get; set; } = "";

    public TimeSpan LockDuration { get; set; } = TimeSpan.FromSeconds(30);

    public int MaxProcessDeaths { get; set; } = 3;

    public bool FlushToDisk { get; set; } = true;

    public bool SharesDatabase { get; set; }

    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    public QueueFileOptions ToOptions() => new()
    {
        Path = System.IO.Path.GetFullPath(Path),
        LockDuration = LockDuration,
        MaxCrashes = MaxProcessDeaths,
        FlushToDisk = FlushToDisk,
        SharesFile = SharesDatabase,
        AddHeader = static (headers, name, value) => HeaderBlock.With(headers, name, value),
        Time = TimeProvider,
    };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate()
    {
        if (string.IsNullOrWhiteSpace(Path))
            yield return this.Failure(nameof(Path), "must name the file of the queues, but was empty. Call `Host(\"queues.db\")` inside `UsingSqlite`.");
        if (LockDuration < TimeSpan.FromSeconds(1))
            yield return this.Failure(nameof(LockDuration), $"must be at least 1 s, but was {LockDuration}.");
        if (MaxProcessDeaths < 1)
            yield return this.Failure(nameof(MaxProcessDeaths), $"must be at least 1, but was {MaxProcessDeaths}.");
    }
}
