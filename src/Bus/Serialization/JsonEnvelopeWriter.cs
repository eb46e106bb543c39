using System.Buffers;
using System.Text.Json;
using MassTransit;
using MassTransit.Metadata;
using MassTransit.Serialization;

namespace Bus.Serialization;

/// <summary>Writes envelopes under one set of options. Thread-safe.</summary>
internal sealed class JsonEnvelopeWriter
{
    private const int LargestKept = 64 * 1024;
    private static readonly Type[] PartsOfEnvelope = [typeof(JsonMessageEnvelope), typeof(string), typeof(string[]), typeof(DateTime), typeof(DateTime?)];

    [ThreadStatic]
    private static Spare? _spare;

    private static JsonEnvelopeWriter? _latest;

    private readonly JsonSerializerOptions _options;
    private readonly JsonWriterOptions _format;
    private readonly byte[] _host;
    private readonly bool _isPlain;

    private JsonEnvelopeWriter(JsonSerializerOptions options)
    {
        _options = options;
        _format = new JsonWriterOptions { Encoder = options.Encoder, MaxDepth = options.MaxDepth, SkipValidation = true };
        _isPlain = options.PropertyNamingPolicy == JsonNamingPolicy.CamelCase && options.ReferenceHandler is null
            && !options.Converters.Any(converter => converter.GetType().Assembly != typeof(SystemTextJsonMessageSerializer).Assembly && Array.Exists(PartsOfEnvelope, converter.CanConvert));
        _host = JsonSerializer.SerializeToUtf8Bytes(HostMetadataCache.Host, options);
    }

    /// <summary>Null when these options write the envelope in another way than MassTransit does by itself.</summary>
    public static JsonEnvelopeWriter? For(JsonSerializerOptions options)
    {
        var writer = Volatile.Read(ref _latest);
        if (writer?._options != options)
            Volatile.Write(ref _latest, writer = new JsonEnvelopeWriter(options));
        return writer._isPlain ? writer : null;
    }

    public byte[] Write<T>(SendContext<T> context)
        where T : class
    {
        // Taken, so that a message whose converter sends another finds none.
        var spare = _spare is { } kept && kept.Owner == this ? kept : new Spare(this);
        _spare = null;
        Write(spare.Json, context);
        spare.Json.Flush();
        var bytes = spare.Buffer.WrittenSpan.ToArray();
        if (spare.Buffer.Capacity <= LargestKept)
        {
            spare.Buffer.ResetWrittenCount();
            spare.Json.Reset();
            _spare = spare;
        }

        return bytes;
    }

    private void Write<T>(Utf8JsonWriter json, SendContext<T> context)
        where T : class
    {
        json.WriteStartObject();
        Write(json, Names.MessageId, context.MessageId);
        Write(json, Names.RequestId, context.RequestId);
        Write(json, Names.CorrelationId, context.CorrelationId);
        Write(json, Names.ConversationId, context.ConversationId);
        Write(json, Names.InitiatorId, context.InitiatorId);
        Write(json, Names.SourceAddress, context.SourceAddress);
        Write(json, Names.DestinationAddress, context.DestinationAddress);
        Write(json, Names.ResponseAddress, context.ResponseAddress);
        Write(json, Names.FaultAddress, context.FaultAddress);
        WriteTypes(json, context.SupportedMessageTypes);
        json.WritePropertyName(Names.Message);
        // As an object, since that is how the envelope declares it: its own type says how it is written.
        JsonSerializer.Serialize<object>(json, context.Message, _options);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        if (context.TimeToLive is { } timeToLive)
            json.WriteString(Names.ExpirationTime, now + timeToLive);
        json.WriteString(Names.SentTime, context.SentTime ?? now);
        WriteHeaders(json, context.Headers);
        json.WritePropertyName(Names.Host);
        json.WriteRawValue(_host, skipInputValidation: true);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, JsonEncodedText name, Guid? id)
    {
        if (id is { } value)
            json.WriteString(name, value);
    }

    private static void Write(Utf8JsonWriter json, JsonEncodedText name, Uri? address)
    {
        if (address is not null)
            json.WriteString(name, address.ToString());
    }

    private static void WriteTypes(Utf8JsonWriter json, string[]? types)
    {
        if (types is null)
            return;
        json.WritePropertyName(Names.MessageType);
        json.WriteStartArray();
        foreach (var type in types)
            json.WriteStringValue(type);
        json.WriteEndArray();
    }

    private void WriteHeaders(Utf8JsonWriter json, SendHeaders headers)
    {
        Dictionary<string, object?>? all = null;
        foreach (var (key, value) in headers.GetAll())
            (all ??= new(StringComparer.OrdinalIgnoreCase))[key] = value;
        json.WritePropertyName(Names.Headers);
        if (all is not null)
        {
            JsonSerializer.Serialize(json, all, _options);
            return;
        }

        json.WriteStartObject();
        json.WriteEndObject();
    }

    private static class Names
    {
        public static readonly JsonEncodedText MessageId = JsonEncodedText.Encode("messageId");
        public static readonly JsonEncodedText RequestId = JsonEncodedText.Encode("requestId");
        public static readonly JsonEncodedText CorrelationId = JsonEncodedText.Encode("correlationId");
        public static readonly JsonEncodedText ConversationId = JsonEncodedText.Encode("conversationId");
        public static readonly JsonEncodedText InitiatorId = JsonEncodedText.Encode("initiatorId");
        public static readonly JsonEncodedText SourceAddress = JsonEncodedText.Encode("sourceAddress");
        public static readonly JsonEncodedText DestinationAddress = JsonEncodedText.Encode("destinationAddress");
        public static readonly JsonEncodedText ResponseAddress = JsonEncodedText.Encode("responseAddress");
        public static readonly JsonEncodedText FaultAddress = JsonEncodedText.Encode("faultAddress");
        public static readonly JsonEncodedText MessageType = JsonEncodedText.Encode("messageType");
        public static readonly JsonEncodedText Message = JsonEncodedText.Encode("message");
        public static readonly JsonEncodedText ExpirationTime = JsonEncodedText.Encode("expirationTime");
        public static readonly JsonEncodedText SentTime = JsonEncodedText.Encode("sentTime");
        public static readonly JsonEncodedText Headers = JsonEncodedText.Encode("headers");
        public static readonly JsonEncodedText Host = JsonEncodedText.Encode("host");
    }

    /// <summary>What one thread writes with, kept for its next message.</summary>
    private sealed class Spare(JsonEnvelopeWriter owner)
    {
        public JsonEnvelopeWriter Owner => owner;

        public ArrayBufferWriter<byte> Buffer { get; } = new(1024);

        public Utf8JsonWriter Json => field ??= new Utf8JsonWriter(Buffer, owner._format);
    }
}
