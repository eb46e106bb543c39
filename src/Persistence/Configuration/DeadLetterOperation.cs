namespace Bus.Persistence;

/// <summary>What was asked for many letters.</summary>
public sealed record DeadLetterOperation
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What is done.</summary>
    public DeadLetterAction Action { get; init; }

    /// <summary>How far it is.</summary>
    public required DeadLetterOperationState State { get; init; }

    /// <summary>Which letters; of these only open ones, unless they are indexed, and none that came after it was asked for.</summary>
    public required DeadLetterQuery Query { get; init; }

    /// <summary>How carefully.</summary>
    public required DeadLetterPace Pace { get; init; }

    /// <summary>Where they are sent to instead of where each failed; null for there.</summary>
    public string? Queue { get; init; }

    /// <summary>Why they are discarded, or by which fields they are indexed; else null.</summary>
    public string? Reason { get; init; }

    /// <summary>How many there were when it was asked for.</summary>
    public long Matched { get; init; }

    /// <summary>How many of them it has replayed, discarded or indexed. Others may have closed some meanwhile.</summary>
    public long Succeeded { get; init; }

    /// <summary>How many could not be.</summary>
    public long Failed { get; init; }

    /// <summary>How many stay open because there is no queue to send them to.</summary>
    public long Refused { get; init; }

    /// <summary>Why the last of these could not be.</summary>
    public string? Error { get; init; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was stopped, or done; null while it is neither.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
