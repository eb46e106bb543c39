namespace Bus.Persistence;

/// <summary>Which dead letters; what is null does not matter. Names are whole and exact unless it is said otherwise.</summary>
public sealed record DeadLetterQuery
{
    /// <summary>How many bodies one call looks into for <see cref="Text"/>.</summary>
    public const int MostBodies = 2_000;

    /// <summary>What they are.</summary>
    public DeadLetterKind? Kind { get; init; }

    /// <summary>What has become of them.</summary>
    public DeadLetterState? State { get; init; }

    /// <summary>Where they were to be handled.</summary>
    public string? Queue { get; init; }

    /// <summary>A part of the message type.</summary>
    public string? MessageType { get; init; }

    /// <summary>The id of the message or of the job.</summary>
    public string? MessageId { get; init; }

    /// <summary>The correlation id.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Why they are here.</summary>
    public string? Reason { get; init; }

    /// <summary>A part of the exception's type or of what it said.</summary>
    public string? Exception { get; init; }

    /// <summary>Their cause.</summary>
    public Guid? Group { get; init; }

    /// <summary>What a field of the body is, one that <see cref="DeadLetterOptions.SearchFields"/> declares. Found along an index, however many letters there are, and good for counts and replays of many.</summary>
    public DeadLetterField? Field { get; init; }

    /// <summary>Stored then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Stored before then.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>
    /// What stands in the body, as plain UTF-8 text and case and all; JSON may write a character otherwise. One call looks into the bodies of the newest <see cref="MostBodies"/> letters that are asked for otherwise; the page's
    /// <see cref="DeadLetterPage.Next"/> goes on behind these. Not for counts and replays of many.
    /// </summary>
    public string? Text { get; init; }

    /// <summary>Those before this one, as <see cref="DeadLetterPage.Next"/> gives it.</summary>
    public Guid? Before { get; init; }

    /// <summary>How many at most, 1 to 1,000; 100 by default.</summary>
    public int Take { get; init; } = 100;
}
