using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Bus.Persistence.Outbox;

/// <summary>What a message carries beside its body, enough to send it from another process as if the first had.</summary>
internal sealed record MessageMetadata
{
    // One a thread: it is written for every message, and nothing is awaited meanwhile.
    [ThreadStatic]
    private static (System.Buffers.ArrayBufferWriter<byte>, Utf8JsonWriter)? _writer;

    public required string ContentType { get; init; }

    public Guid? RequestId { get; init; }

    public Guid? ConversationId { get; init; }

    public Guid? CorrelationId { get; init; }

    public Guid? InitiatorId { get; init; }

    public Uri? SourceAddress { get; init; }

    public Uri? ResponseAddress { get; init; }

    public Uri? FaultAddress { get; init; }

    public string[] MessageTypes { get; init; } = [];

    public bool IsPublish { get; init; }

    /// <summary>End of the time to live in Unix milliseconds; null lives for ever.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>The time to live of a timer's message, in milliseconds from when it is due; null where it is no timer, or lives for ever.</summary>
    public long? LivesFor { get; init; }

    /// <summary>The W3C trace parent of the span that published.</summary>
    public string? TraceParent { get; init; }

    public IReadOnlyDictionary<string, object> Headers { get; init; } = Empty;

    public IReadOnlyDictionary<string, object> Properties { get; init; } = Empty;

    private static IReadOnlyDictionary<string, object> Empty { get; } = new Dictionary<string, object>(0, StringComparer.OrdinalIgnoreCase);

    public string ToJson()
    {
        var (buffer, json) = _writer ??= NewWriter();
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        json.WriteStartObject();
        json.WriteString("contentType"u8, ContentType);
        WriteId(json, "requestId", RequestId);
        WriteId(json, "conversationId", ConversationId);
        WriteId(json, "correlationId", CorrelationId);
        WriteId(json, "initiatorId", InitiatorId);
        WriteAddress(json, "source", SourceAddress);
        WriteAddress(json, "response", ResponseAddress);
        WriteAddress(json, "fault", FaultAddress);
        json.WriteStartArray("types"u8);
        foreach (var type in MessageTypes)
            json.WriteStringValue(type);
        json.WriteEndArray();
        if (IsPublish)
            json.WriteBoolean("publish"u8, true);
        if (ExpiresAt is { } expiresAt)
            json.WriteNumber("expiresAt"u8, expiresAt);
        if (LivesFor is { } livesFor)
            json.WriteNumber("livesFor"u8, livesFor);
        if (TraceParent is not null)
            json.WriteString("traceParent"u8, TraceParent);
        WriteMap(json, "headers", Headers);
        WriteMap(json, "properties", Properties);
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static MessageMetadata Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        var json = document.RootElement;
        return new MessageMetadata
        {
            ContentType = json.GetProperty("contentType").GetString()!,
            RequestId = ReadId(json, "requestId"),
            ConversationId = ReadId(json, "conversationId"),
            CorrelationId = ReadId(json, "correlationId"),
            InitiatorId = ReadId(json, "initiatorId"),
            SourceAddress = ReadAddress(json, "source"),
            ResponseAddress = ReadAddress(json, "response"),
            FaultAddress = ReadAddress(json, "fault"),
            MessageTypes = [.. json.GetProperty("types").EnumerateArray().Select(type => type.GetString()!)],
            IsPublish = json.TryGetProperty("publish", out var publish) && publish.GetBoolean(),
            ExpiresAt = json.TryGetProperty("expiresAt", out var expiresAt) ? expiresAt.GetInt64() : null,
            LivesFor = json.TryGetProperty("livesFor", out var livesFor) ? livesFor.GetInt64() : null,
            TraceParent = json.TryGetProperty("traceParent", out var parent) ? parent.GetString() : null,
            Headers = ReadMap(json, "headers"),
            Properties = ReadMap(json, "properties"),
        };
    }

    private static (System.Buffers.ArrayBufferWriter<byte>, Utf8JsonWriter) NewWriter()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        return (buffer, new Utf8JsonWriter(buffer));
    }

    private static void WriteId(Utf8JsonWriter json, string name, Guid? id)
    {
        if (id is { } value)
            json.WriteString(name, value);
    }

    private static void WriteAddress(Utf8JsonWriter json, string name, Uri? address)
    {
        if (address is not null)
            json.WriteString(name, address.OriginalString);
    }

    private static void WriteMap(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, object> map)
    {
        if (map.Count == 0)
            return;

        json.WriteStartObject(name);
        foreach (var (key, value) in map)
        {
            json.WritePropertyName(key);
            WriteValue(json, value);
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case byte or sbyte or short or ushort or int or uint or long: json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case double or float: json.WriteNumberValue(Convert.ToDouble(value, CultureInfo.InvariantCulture)); break;
            case DateTime time: json.WriteStringValue(time); break;
            case DateTimeOffset time: json.WriteStringValue(time); break;
            case Guid id: json.WriteStringValue(id); break;
            case Uri address: json.WriteStringValue(address.OriginalString); break;
            case JsonElement element: element.WriteTo(json); break;
            case byte[] bytes: json.WriteStringValue(Encoding.UTF8.GetString(bytes)); break;
            case IFormattable formattable: json.WriteStringValue(formattable.ToString(null, CultureInfo.InvariantCulture)); break;
            default: JsonSerializer.Serialize(json, value); break;
        }
    }

    private static Guid? ReadId(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetGuid() : null;

    private static Uri? ReadAddress(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? new Uri(value.GetString()!) : null;

    private static IReadOnlyDictionary<string, object> ReadMap(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var map))
            return Empty;

        var values = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in map.EnumerateObject())
        {
            if (ReadValue(property.Value) is { } value)
                values[property.Name] = value;
        }

        return values;
    }

    private static object? ReadValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.GetDouble(),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => value.GetRawText(),
    };
}
