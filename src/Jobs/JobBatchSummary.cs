namespace Bus.Jobs;

/// <summary>A batch of jobs as it stands in the store.</summary>
public sealed record JobBatchSummary
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is in its life.</summary>
    public JobBatchState State => ClosedAt is null ? JobBatchState.Open : Ended < Total ? JobBatchState.Running : JobBatchState.Done;

    /// <summary>How many jobs were added.</summary>
    public int Total { get; init; }

    /// <summary>How many wait: for a worker, their time, their next attempt or others of their key.</summary>
    public int Waiting => Math.Max(0, Total - Ended - Running);

    /// <summary>How many a worker has.</summary>
    public int Running { get; init; }

    /// <summary>How many have succeeded.</summary>
    public int Succeeded { get; init; }

    /// <summary>How many are given up, or were when they were deleted.</summary>
    public int Dead { get; init; }

    /// <summary>How many were cancelled, or deleted before they had run.</summary>
    public int Cancelled { get; init; }

    /// <summary>How much of it has ended, 0 to 100.</summary>
    public int Percent => Total > 0 ? (int)(100L * Ended / Total) : ClosedAt is null ? 0 : 100;

    /// <summary>When its first jobs were added.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When all were there; null while it is open.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>When one was dead for the first time.</summary>
    public DateTimeOffset? FirstFailedAt { get; init; }

    /// <summary>When all had ended for the first time.</summary>
    public DateTimeOffset? DoneAt { get; init; }

    /// <summary>When all had succeeded for the first time.</summary>
    public DateTimeOffset? SucceededAt { get; init; }

    private int Ended => Succeeded + Dead + Cancelled;
}
