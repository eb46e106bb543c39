namespace Bus.Persistence;

/// <summary>Dead letters of one cause: an exception of one type from one place, on whatever queue; where nothing was thrown, of one reason and message type.</summary>
/// <param name="Id">A hash of the cause: the same in every database.</param>
/// <param name="Title">The cause in a line.</param>
/// <param name="Frames">The top frames of the stack, normalised.</param>
/// <param name="Open">How many of its letters are open now.</param>
/// <param name="FirstSeen">When the first came.</param>
/// <param name="LastSeen">When the last came.</param>
/// <param name="Status">How far somebody is with it.</param>
/// <param name="Owner">Who sees to it; null for nobody.</param>
/// <param name="Note">What is known about it; null for nothing.</param>
public sealed record DeadLetterGroup(
    Guid Id, string Title, IReadOnlyList<string> Frames, long Open, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, DeadLetterGroupStatus Status, string? Owner, string? Note);
