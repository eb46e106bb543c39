namespace Bus.Persistence.Jobs;

/// <summary>A job that a commit adds.</summary>
internal sealed record NewJob
{
    public required Guid Id { get; init; }

    public required string Type { get; init; }

    public required string Queue { get; init; }

    public required byte[] Arguments { get; init; }

    public required int Priority { get; init; }

    /// <summary>See <see cref="JobRow.Rank"/>; without meaning while it waits for its time.</summary>
    public required long Rank { get; init; }

    /// <summary>Null when it is queued at once.</summary>
    public long? DueAt { get; init; }

    public long? StartBefore { get; init; }

    public long? Timeout { get; init; }

    public string? OrderKey { get; init; }

    public int OrderPolicy { get; init; }

    public string? UniqueKey { get; init; }

    public int UniqueWhile { get; init; }

    public long? UniqueUntil { get; init; }

    public long? KeptUntil { get; init; }

    public string? Callback { get; init; }

    /// <summary>See <see cref="JobRow.KeepFor"/>.</summary>
    public long? KeepFor { get; init; }

    /// <summary>See <see cref="JobRow.Tags"/>.</summary>
    public string? Tags { get; init; }

    /// <summary>The batch that it belongs to; null when it belongs to none.</summary>
    public Guid? BatchId { get; init; }

    /// <summary>Whose it is; null when it is nobody's.</summary>
    public string? Tenant { get; init; }

    /// <summary>See <see cref="JobRow.LimitKey"/>.</summary>
    public string? LimitKey { get; init; }

    /// <summary>Whether the columns of ordinary jobs say all about it.</summary>
    public bool IsPlain => OrderKey is null && UniqueKey is null && KeptUntil is null && Callback is null && BatchId is null && Tenant is null && KeepFor is null && Tags is null && LimitKey is null;

    /// <summary>Whether it differs from another ordinary one in its id, its arguments and its rank alone.</summary>
    public bool IsLike(NewJob other) =>
        string.Equals(Type, other.Type, StringComparison.Ordinal) && string.Equals(Queue, other.Queue, StringComparison.Ordinal) && Priority == other.Priority
        && DueAt == other.DueAt && StartBefore == other.StartBefore && Timeout == other.Timeout;

    public int State => OrderKey is not null ? JobStates.Held : DueAt is null ? JobStates.Queued : JobStates.Scheduled;
}
