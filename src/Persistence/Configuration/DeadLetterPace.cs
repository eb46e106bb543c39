namespace Bus.Persistence;

/// <summary>How carefully many letters are replayed.</summary>
public sealed record DeadLetterPace
{
    /// <summary>Pauses after so many until <see cref="IDeadLetters.ContinueAsync"/>; at least 1. Null, the default, does not pause.</summary>
    public int? Canary { get; init; }

    /// <summary>How many a second at most, 1 to 1,000. Null, the default, as many as it can.</summary>
    public int? PerSecond { get; init; }
}
