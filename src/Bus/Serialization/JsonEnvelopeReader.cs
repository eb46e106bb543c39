using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace Bus.Serialization;

/// <summary>
/// Reads MassTransit's JSON envelope in one pass over its bytes, where MassTransit makes a document of the whole, then an envelope, then the message.
/// The message is found but not read: who asks for it reads it from its place.
/// </summary>
internal static class JsonEnvelopeReader
{
    // One process writes the same host and the same message types into every envelope.
    private static readonly RecentValues<HostInfo> Hosts = new();
    private static readonly RecentValues<string[]> Types = new();

    /// <summary>
    /// Reads an envelope as MassTransit 8 writes it. False for whatever differs (another spelling of a name, a name that is new, no message): the caller has
    /// MassTransit read that, so that nothing is understood in another way than before.
    /// </summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryRead(byte[] body, JsonSerializerOptions options, [NotNullWhen(true)] out JsonMessageEnvelope? envelope, out ReadOnlyMemory<byte> message)
    {
        message = default;
        envelope = new JsonMessageEnvelope();
        var reader = new Utf8JsonReader(
            body, new JsonReaderOptions { AllowTrailingCommas = options.AllowTrailingCommas, CommentHandling = options.ReadCommentHandling, MaxDepth = options.MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!TryReadProperty(ref reader, body, options, envelope, ref message))
                return false;
        }

        return reader.TokenType == JsonTokenType.EndObject && !reader.Read() && message.Length > 0;
    }

    // Told apart by their length first: almost every name costs one comparison instead of up to fifteen. A name with an escape in it has another length and is left to MassTransit.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryReadProperty(ref Utf8JsonReader reader, byte[] body, JsonSerializerOptions options, JsonMessageEnvelope envelope, ref ReadOnlyMemory<byte> message)
    {
        switch (reader.ValueSpan.Length)
        {
            case 4 when reader.ValueTextEquals("host"u8):
                envelope.Host = Hosts.Get(Skip(ref reader, body).Span, options);
                return true;
            case 7 when reader.ValueTextEquals("message"u8):
                return (message = Skip(ref reader, body)).Span is not [(byte)'n', ..]; // A message that is null is none.
            case 7 when reader.ValueTextEquals("headers"u8):
                ReadHeaders(Skip(ref reader, body).Span, options, envelope);
                return true;
            case 8 when reader.ValueTextEquals("sentTime"u8):
                envelope.SentTime = ReadTime(ref reader);
                return true;
            case 9 when reader.ValueTextEquals("messageId"u8):
                envelope.MessageId = ReadText(ref reader);
                return true;
            case 9 when reader.ValueTextEquals("requestId"u8):
                envelope.RequestId = ReadText(ref reader);
                return true;
            case 11 when reader.ValueTextEquals("messageType"u8):
                envelope.MessageType = Types.Get(Skip(ref reader, body).Span, options);
                return true;
            case 11 when reader.ValueTextEquals("initiatorId"u8):
                envelope.InitiatorId = ReadText(ref reader);
                return true;
            case 12 when reader.ValueTextEquals("faultAddress"u8):
                envelope.FaultAddress = ReadText(ref reader);
                return true;
            case 13 when reader.ValueTextEquals("sourceAddress"u8):
                envelope.SourceAddress = ReadText(ref reader);
                return true;
            case 13 when reader.ValueTextEquals("correlationId"u8):
                envelope.CorrelationId = ReadText(ref reader);
                return true;
            case 14 when reader.ValueTextEquals("conversationId"u8):
                envelope.ConversationId = ReadText(ref reader);
                return true;
            case 14 when reader.ValueTextEquals("expirationTime"u8):
                envelope.ExpirationTime = ReadTime(ref reader);
                return true;
            case 15 when reader.ValueTextEquals("responseAddress"u8):
                envelope.ResponseAddress = ReadText(ref reader);
                return true;
            case 18 when reader.ValueTextEquals("destinationAddress"u8):
                envelope.DestinationAddress = ReadText(ref reader);
                return true;
            default:
                return false;
        }
    }

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? reader.GetString() : throw new JsonException("An id or address of the envelope is no text.");
    }

    private static DateTime? ReadTime(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : reader.GetDateTime();
    }

    private static void ReadHeaders(ReadOnlySpan<byte> json, JsonSerializerOptions options, JsonMessageEnvelope envelope)
    {
        // Assigned in any case: of two the last counts.
        envelope.Headers = json is [(byte)'{', (byte)'}'] or [(byte)'n', ..] ? null! : JsonSerializer.Deserialize<Dictionary<string, object?>>(json, options)!;
    }

    private static ReadOnlyMemory<byte> Skip(ref Utf8JsonReader reader, byte[] body)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return body.AsMemory(start, (int)reader.BytesConsumed - start);
    }

    /// <summary>
    /// Values by the JSON they were read from, bounded. When it is full it begins anew: hosts come and go with every deployment, and those that are gone must not
    /// keep the room of those that are there. Thread-safe.
    /// </summary>
    private sealed class RecentValues<T>
        where T : class
    {
        private const int Capacity = 64;
        private const int LongestText = 4096;

        private (byte[] Json, T Value)[] _known = [];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public T? Get(ReadOnlySpan<byte> json, JsonSerializerOptions options)
        {
            var known = _known;
            foreach (var (bytes, found) in known)
            {
                if (json.SequenceEqual(bytes))
                    return found;
            }

            var value = JsonSerializer.Deserialize<T>(json, options);
            // Two at once: one entry is lost and will be read again.
            if (value is not null && json.Length <= LongestText)
                _known = [.. known.Length < Capacity ? known : [], (json.ToArray(), value)];
            return value;
        }
    }
}
