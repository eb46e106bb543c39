namespace Bus.Persistence;

/// <summary>What holds for all saga repositories of a service, unless a repository says otherwise.</summary>
public sealed class SagaRepositoryOptions
{
    /// <summary>What becomes of an event without an instance. Default: <see cref="MissingInstanceBehavior.Fault"/>.</summary>
    public MissingInstanceBehavior MissingInstance { get; set; } = MissingInstanceBehavior.Fault;

    /// <summary>How often a message is tried in all when it loses races for its saga's row. Default 20; 1 means: never again. At least 1.</summary>
    public int ConflictAttempts { get; set; } = 20;

    /// <summary>How long the pauses between those tries may last in all. Default 4 s; zero means without pause.</summary>
    public TimeSpan ConflictPause { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Whether messages of one instance wait for each other within this process before they open a connection. Default true. It spares
    /// conflicts and connections; correctness does not rest on it, since other processes are kept apart by the row.
    /// </summary>
    public bool OneAtATime { get; set; } = true;
}
