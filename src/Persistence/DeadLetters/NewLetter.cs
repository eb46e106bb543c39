using System.Security.Cryptography;
using System.Text;

namespace Bus.Persistence.DeadLetters;

/// <summary>A letter that is to be stored.</summary>
internal sealed record NewLetter(int Kind, string Queue, byte[] Body, LetterCause Cause, string SourceKey)
{
    public const int Message = 0;
    public const int Job = 1;

    private LetterGroup? _group;

    /// <summary>The letter's own id, where it may be written more than once because the answer to a commit was lost; null for a new one at each writing.</summary>
    public Guid? Id { get; init; }

    public string? MessageId { get; init; }

    public string? CorrelationId { get; init; }

    public string? MessageType { get; init; }

    public string? ContentType { get; init; }

    public string Headers { get; init; } = "{}";

    public string Properties { get; init; } = "{}";

    public Guid? ReplayOf { get; init; }

    public int Replays { get; init; }

    /// <summary>Whether what has the same source key may be another message all the same: one without an id. Of these a letter too many is better than one too few.</summary>
    public bool IsSurelyNew { get; init; }

    /// <summary>Whether the same source key may be another failure of the same message: one that does not say when it failed. It is a new letter once the earlier one is closed.</summary>
    public bool MayComeAnew { get; init; }

    /// <summary>What it can be searched by.</summary>
    public IReadOnlyList<DeadLetterField> Fields { get; init; } = [];

    public LetterGroup Group => _group ??= LetterGroup.Of(Cause, MessageType);

    public static string KeyOf(params ReadOnlySpan<string?> parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));

    /// <summary>The values of <see cref="LetterTexts.Columns"/>.</summary>
    public object[] Values(Guid id, string sourceKey) =>
    [
        id, sourceKey, Kind, 0, Cut(Queue, 400)!, OrNull(Cut(MessageId, 200)), OrNull(Cut(CorrelationId, 200)), OrNull(Cut(MessageType, 400)), OrNull(Cut(ContentType, 200)), Headers, Properties, Body,
        Cut(Cause.Reason, 100)!, OrNull(Cut(Cause.ExceptionType, 400)), OrNull(Cut(Cause.ExceptionMessage, int.MaxValue)), OrNull(Cut(Cause.Stack, int.MaxValue)),
        OrNull(Cause.Attempts), OrNull(Cause.Redeliveries), OrNull(Cut(Cause.Host, 200)), OrNull(Cause.FailedAt?.ToUnixTimeMilliseconds()), Group.Id, OrNull(ReplayOf), Replays,
    ];

    public object[] GroupValues() => [Group.Id, Cut(Group.Title, 500)!, Cut(Group.Frames, int.MaxValue)!];

    private static object OrNull(object? value) => value ?? DBNull.Value;

    // Neither half a character nor one that PostgreSQL does not store.
    private static string? Cut(string? text, int most)
    {
        if (text is null)
            return null;
        var cut = text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
        return cut.Replace('\0', '\uFFFD');
    }
}
