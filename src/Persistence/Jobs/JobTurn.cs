namespace Bus.Persistence.Jobs;

/// <summary>What a process wants of the table at one time: to write down how runs have ended, and jobs to run.</summary>
/// <param name="Ended">How runs have ended.</param>
/// <param name="Claims">What it wants of queues.</param>
/// <param name="Limited">What it wants of types with limits.</param>
/// <param name="Owner">Its lease.</param>
/// <param name="Node">Its name.</param>
/// <param name="Types">The types without limits that it runs.</param>
internal sealed record JobTurn(IReadOnlyList<EndedRun> Ended, IReadOnlyList<QueueClaim> Claims, IReadOnlyList<LimitedClaim> Limited, Guid Owner, string Node, IReadOnlyCollection<string> Types);

/// <summary>How many jobs of a queue are wanted.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Limit">How many.</param>
/// <param name="LeastCrashes">Of which at least so many processes died,</param>
/// <param name="MostCrashes">and at most so many.</param>
internal readonly record struct QueueClaim(string Queue, int Limit, int LeastCrashes, int MostCrashes)
{
    /// <summary>
    /// Where tenants take turns (the first of each, then the second of each, and none that is paused) whose turn was last, empty for nobody's; null where they do not. As long as anything is got there may be more.
    /// </summary>
    public string? After { get; init; }

    /// <summary>A job that so many processes died of is suspect: a process takes one of these at a time.</summary>
    public const int Suspect = 2;

    public static QueueClaim Of(string queue, int limit) => new(queue, limit, 0, Suspect - 1);

    public static QueueClaim OfSuspect(string queue) => new(queue, 1, Suspect, int.MaxValue);

    public static QueueClaim OfAny(string queue, int limit) => new(queue, limit, 0, int.MaxValue);
}

/// <summary>How many jobs of a type are wanted of a queue, and how many all processes may have.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Type">The type.</param>
/// <param name="Limit">How many are wanted.</param>
/// <param name="Concurrency">How many may run at once; null for any number.</param>
/// <param name="Interval">How far apart they begin, in microseconds; 0 for no distance.</param>
/// <param name="Burst">How many may begin at once after a pause.</param>
internal sealed record LimitedClaim(string Queue, string Type, int Limit, int? Concurrency, long Interval, int Burst)
{
    /// <inheritdoc cref="QueueClaim.After"/>
    public string? After { get; init; }

    /// <summary>How many of one key may run at once; null for any number.</summary>
    public int? ConcurrencyPerKey { get; init; }

    /// <summary>How far apart those of one key begin, in microseconds; 0 for no distance.</summary>
    public long IntervalPerKey { get; init; }

    /// <summary>How many of one key may begin at once after a pause.</summary>
    public int BurstPerKey { get; init; } = 1;

    /// <summary>Whether they are taken ahead of room, if the limits are still far away, and else none.</summary>
    public bool IsAhead { get; init; }

    /// <summary>Whether one is taken to see whether the circuit of the type may be closed, if no other process does that.</summary>
    public bool IsProbe { get; init; }

    public bool IsPerKey => ConcurrencyPerKey is not null || IntervalPerKey > 0;
}

/// <summary>What came of claims of types with limits.</summary>
/// <param name="Waits">Of queues with jobs that a limit keeps back: for how many milliseconds.</param>
/// <param name="Far">Types whose limits are so far away that nobody waits for the end of a job.</param>
/// <param name="Probes">What was taken to see whether a circuit may be closed.</param>
internal sealed record LimitedOutcome(List<(string Queue, long Milliseconds)> Waits, List<string> Far, List<JobProbe> Probes)
{
    public static readonly LimitedOutcome Nothing = new([], [], []);
}

/// <summary>A job that is run to see whether a circuit may be closed.</summary>
/// <param name="Job">Its id.</param>
/// <param name="Type">Its type.</param>
/// <param name="RestsUntil">Until when the type has rested everywhere, as the table says; null when only this process doubts.</param>
/// <param name="ProbeUntil">Until when no other is tried.</param>
internal sealed record JobProbe(Guid Job, string Type, long? RestsUntil, long ProbeUntil);

/// <summary>What is to be told to all processes about the circuit of a type.</summary>
internal abstract record RestChange
{
    /// <summary>It is open for so long.</summary>
    internal sealed record Opened(long Milliseconds) : RestChange;

    /// <summary>One has succeeded: it is closed, unless it was found open again meanwhile.</summary>
    internal sealed record Closed(long RestsUntil) : RestChange;

    /// <summary>The one that was tried has not told: another may be.</summary>
    internal sealed record Untold(long RestsUntil, long ProbeUntil) : RestChange;
}

/// <summary>What the ends of runs have brought about.</summary>
/// <param name="Written">Of which runs the end was written; of the others the claim had been lost.</param>
/// <param name="Queues">Where jobs are queued whose turn has come.</param>
/// <param name="Batches">What is to be counted; see <see cref="JobDialect.CountAsync"/>.</param>
internal sealed record JobEndResult(IReadOnlySet<Guid> Written, IReadOnlyList<string> Queues, IReadOnlyList<BatchCount> Batches)
{
    public static readonly JobEndResult Nothing = new(new HashSet<Guid>(), [], []);
}

/// <summary>What it got.</summary>
/// <param name="Ends">What the ends have brought about.</param>
/// <param name="Claimed">Per queue in the order in which they are to begin.</param>
/// <param name="Limited">What came of claims of types with limits.</param>
internal sealed record JobTurnResult(JobEndResult Ends, List<ClaimedJob> Claimed, LimitedOutcome Limited);
