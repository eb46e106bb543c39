namespace Bus.Persistence;

/// <summary>A dead letter without its body.</summary>
public sealed record DeadLetterSummary
{
    /// <summary>Its id; later ones are greater.</summary>
    public required Guid Id { get; init; }

    /// <summary>What it is.</summary>
    public required DeadLetterKind Kind { get; init; }

    /// <summary>What has become of it.</summary>
    public required DeadLetterState State { get; init; }

    /// <summary>Where it was to be handled: the name of the endpoint, or the queue of the job.</summary>
    public required string Queue { get; init; }

    /// <summary>The id of the message when it was first sent, or of the job; null when it had none.</summary>
    public string? MessageId { get; init; }

    /// <summary>The correlation id; null when it had none.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The first of the message types, as a URN, or the type of the job; null when it does not say.</summary>
    public string? MessageType { get; init; }

    /// <summary>What the body is written in; null when it does not say.</summary>
    public string? ContentType { get; init; }

    /// <summary>Why it is here: why the message was given up (as <c>AttemptsSpent</c>), or <c>fault</c>, <c>dead-letter</c> (nobody on the endpoint wanted it), <c>crash</c>, <c>expired</c>, <c>dead</c> (a job).</summary>
    public required string Reason { get; init; }

    /// <summary>The exception's type; null where nothing was thrown, or nobody has said what.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>What it said.</summary>
    public string? ExceptionMessage { get; init; }

    /// <summary>Where it was thrown.</summary>
    public string? Stack { get; init; }

    /// <summary>How often it was tried at its last delivery; null when that is not known.</summary>
    public int? Attempts { get; init; }

    /// <summary>How often it was put off before; null when that is not known.</summary>
    public int? Redeliveries { get; init; }

    /// <summary>The machine and process where it failed; null when that is not known.</summary>
    public string? Host { get; init; }

    /// <summary>When it failed; null when that is not known.</summary>
    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>When it came here.</summary>
    public DateTimeOffset StoredAt { get; init; }

    /// <summary>Letters of one cause have one.</summary>
    public Guid GroupId { get; init; }

    /// <summary>The letter whose replay this is, which has failed again; null when it is none's.</summary>
    public Guid? ReplayOf { get; init; }

    /// <summary>How often the message was replayed, as this letter and as those before it.</summary>
    public int Replays { get; init; }

    /// <summary>When it was replayed or discarded; null while it is open.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>Why it was discarded; or what was changed at its replay; else null.</summary>
    public string? Note { get; init; }
}
