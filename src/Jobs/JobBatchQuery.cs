namespace Bus.Jobs;

/// <summary>Which batches of jobs are asked for, the newest first. What is null is not asked for.</summary>
public sealed record JobBatchQuery
{
    /// <summary>In that state.</summary>
    public JobBatchState? State { get; init; }

    /// <summary>Older than this one: the last of a page, for the next page.</summary>
    public Guid? Before { get; init; }

    /// <summary>How many, 1 to 1,000; default 100.</summary>
    public int Take { get; init; } = 100;
}
