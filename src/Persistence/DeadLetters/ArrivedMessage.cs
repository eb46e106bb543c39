using System.Security.Cryptography;
using MassTransit;

namespace Bus.Persistence.DeadLetters;

/// <summary>A message as it came out of a queue of those that nobody could handle.</summary>
/// <param name="Queue">Where it was to be handled.</param>
/// <param name="Body">As it came.</param>
/// <param name="Headers">The transport's, as they came.</param>
internal sealed record ArrivedMessage(string Queue, byte[] Body, IReadOnlyDictionary<string, object?> Headers)
{
    /// <summary>Why it is there if it does not say so itself.</summary>
    public string Reason { get; init; } = "fault";

    public string? MessageId { get; init; }

    public string? CorrelationId { get; init; }

    public string? ContentType { get; init; }

    /// <summary>What the transport knows beside the headers, by the names that it takes it back by.</summary>
    public IReadOnlyDictionary<string, object?> Properties { get; init; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    public NewLetter ToLetter()
    {
        var cause = LetterCause.Of(Headers, Reason);
        var glance = EnvelopeGlance.At(Body);
        var id = MessageId ?? glance.MessageId;
        var headers = LetterHeaders.ToJson(Headers);
        return new NewLetter(NewLetter.Message, Queue, Body, cause, KeyOf(id, cause, headers))
        {
            MessageId = LetterCause.Text(Headers, MessageHeaders.OriginalMessageId) ?? glance.MessageId ?? id,
            CorrelationId = CorrelationId ?? glance.CorrelationId,
            MessageType = glance.MessageType ?? TypeInHeaders(),
            ContentType = ContentType ?? LetterCause.Text(Headers, MessageHeaders.ContentType),
            Headers = headers,
            Properties = LetterHeaders.ToJson(Properties),
            ReplayOf = Guid.TryParse(LetterCause.Text(Headers, LetterReplay.OfHeader), out var first) ? first : null,
            Replays = int.TryParse(LetterCause.Text(Headers, LetterReplay.NumberHeader), out var number) ? number : 0,
            IsSurelyNew = id is null,
            MayComeAnew = id is not null && cause.FailedAt is null,
        };
    }

    // The same message may fail again, at another time, or after another replay.
    private string KeyOf(string? id, LetterCause cause, string headers) => id is null
        ? NewLetter.KeyOf(Queue, headers, Convert.ToHexStringLower(SHA256.HashData(Body)))
        : NewLetter.KeyOf(Queue, id, cause.Reason, cause.FailedAt?.ToString("O"), LetterCause.Text(Headers, LetterReplay.OfHeader), LetterCause.Text(Headers, LetterReplay.NumberHeader));

    private string? TypeInHeaders() =>
        LetterCause.Text(Headers, MessageHeaders.MessageType)?.Split(';', 2)[0] ?? LetterCause.Text(Headers, MessageHeaders.FaultMessageType)?.Split(';', 2)[0];
}
