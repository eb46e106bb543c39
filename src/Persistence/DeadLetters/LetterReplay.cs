using System.Net.Mime;
using System.Security.Cryptography;
using System.Text.Json;
using Bus.Persistence.Outbox;
using MassTransit;

namespace Bus.Persistence.DeadLetters;

/// <summary>Makes of a dead letter the message that is sent again. Pure.</summary>
internal static class LetterReplay
{
    /// <summary>The letter that the message is a replay of.</summary>
    public const string OfHeader = "Bus-Replay-Of";

    /// <summary>How often the message was replayed by now.</summary>
    public const string NumberHeader = "Bus-Replay-Number";

    // What is said about the failure, and what the transport says anew with every sending. Names, and beginnings of names.
    private static readonly HashSet<string> Left = new(StringComparer.OrdinalIgnoreCase)
    {
        MessageHeaders.Reason, MessageHeaders.ContentType, MessageHeaders.MessageId, MessageHeaders.TransportMessageId, "Bus-Give-Up-Reason", "Bus-Give-Up-Explanation", "Bus-Attempts", "Bus-Redeliveries", RecordSendPipe.ResentHeader,
        "x-death", "x-delivery-count", "x-acquired-count", "x-dotnet-pub-seq-no",
    };

    /// <param name="letter">What is replayed.</param>
    /// <param name="body">What is sent in the place of its body; null for that, byte for byte.</param>
    /// <param name="destination">Where to.</param>
    public static OutboxRecord ToRecord(DeadLetterRow letter, byte[]? body, Uri destination)
    {
        var number = letter.Replays + 1;
        var properties = Plain(LetterHeaders.Parse(letter.Properties));
        // MassTransit's own name: a broker whose queue is gone gives it back, and the outbox keeps it.
        properties["Mandatory"] = true;
        var metadata = new MessageMetadata
        {
            ContentType = IsMediaType(letter.ContentType) ? letter.ContentType! : IsJson(body ?? letter.Body) ? "application/json" : "application/octet-stream",
            CorrelationId = Guid.TryParse(letter.CorrelationId, out var correlation) ? correlation : null,
            Headers = HeadersOf(letter, number),
            Properties = properties,
        };
        return new OutboxRecord
        {
            MessageId = IdOf(letter.Id, number),
            Destination = destination,
            Metadata = metadata,
            MetadataJson = metadata.ToJson(),
            Body = body ?? letter.Body,
        };
    }

    /// <summary>Whether what is written in JSON would be none any more.</summary>
    public static bool Spoils(string? contentType, byte[] body) => contentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true && !IsJson(body);

    /// <summary>The queue by its name. A broker has an exchange of that name before it: to declare the queue anew, perhaps otherwise than it is, would be refused.</summary>
    public static Uri AddressOf(string queue, Uri bus) => new($"{(bus.Scheme.StartsWith("rabbitmq", StringComparison.Ordinal) || bus.Scheme.StartsWith("amqp", StringComparison.Ordinal) ? "exchange" : "queue")}:{queue}");

    private static Dictionary<string, object> HeadersOf(DeadLetterRow letter, int number)
    {
        var headers = Plain(LetterHeaders.Parse(letter.Headers).Where(header => !IsLeft(header.Key)));
        headers[OfHeader] = letter.Id.ToString("D");
        headers[NumberHeader] = number;
        // By this the inbox knows a message without an envelope: consumers of the queue that have applied it do not do so again.
        if (Guid.TryParse(letter.MessageId, out var id))
            headers[MessageHeaders.OriginalMessageId] = id.ToString("D");
        return headers;
    }

    private static bool IsLeft(string name) =>
        Left.Contains(name)
        || (name.StartsWith("MT-Fault-", StringComparison.OrdinalIgnoreCase) && !name.Equals(MessageHeaders.FaultAddress, StringComparison.OrdinalIgnoreCase))
        || (name.StartsWith("MT-Host-", StringComparison.OrdinalIgnoreCase) && !name.Equals(MessageHeaders.Host.Info, StringComparison.OrdinalIgnoreCase));

    // Tables and lists are a broker's own notes.
    private static Dictionary<string, object> Plain(IEnumerable<KeyValuePair<string, object?>> values)
    {
        var plain = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in values)
        {
            if (value is string or bool or long or double or decimal or DateTimeOffset or byte[])
                plain[name] = value;
        }

        return plain;
    }

    // The same for the same replay, however often it is sent; another for the next.
    private static Guid IdOf(Guid letter, int number)
    {
        Span<byte> name = stackalloc byte[20];
        letter.TryWriteBytes(name);
        BitConverter.TryWriteBytes(name[16..], number);
        return new Guid(SHA256.HashData(name).AsSpan(0, 16));
    }

    // What other producers write there is not always one, and nothing could send it.
    private static bool IsMediaType(string? text)
    {
        try
        {
            return text is { Length: > 0 } && new ContentType(text).MediaType.Length > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool IsJson(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
