namespace Bus.Jobs;

/// <summary>
/// Which jobs are asked for, the newest first; those in the state <see cref="JobState.Queued"/> the next first, by priority and time of all their queues together and without turns of tenants, unless it is those of a batch. What is
/// null is not asked for.
/// </summary>
public sealed record JobQuery
{
    /// <summary>In that state.</summary>
    public JobState? State { get; init; }

    /// <summary>With that name of their type.</summary>
    public string? Type { get; init; }

    /// <summary>Of that queue.</summary>
    public string? Queue { get; init; }

    /// <summary>Of that tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>With that one among their <see cref="EnqueueOptions.Tags"/>.</summary>
    public string? Tag { get; init; }

    /// <summary>Of that batch.</summary>
    public Guid? Batch { get; init; }

    /// <summary>About that message, as plain consumers have handled it; see <see cref="JobSummary.Message"/>.</summary>
    public Guid? Message { get; init; }

    /// <summary>
    /// Behind this one: the last of a page, for the next page. What waits is on the move: one that has been queued again, or was given another priority, is gone on from where it stands now.
    /// </summary>
    public Guid? Before { get; init; }

    /// <summary>How many, 1 to 1,000; default 100.</summary>
    public int Take { get; init; } = 100;
}
