namespace Bus.Persistence;

/// <summary>Some dead letters, the newest first.</summary>
/// <param name="Letters">Them.</param>
/// <param name="Next">What to give as <see cref="DeadLetterQuery.Before"/> to go on; null when there are no more.</param>
public sealed record DeadLetterPage(IReadOnlyList<DeadLetterSummary> Letters, Guid? Next);
