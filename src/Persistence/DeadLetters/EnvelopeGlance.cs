using System.Text.Json;

namespace Bus.Persistence.DeadLetters;

/// <summary>What MassTransit's JSON envelope says about its message, without a look at the message itself. Of a body that is something else, nothing.</summary>
internal readonly record struct EnvelopeGlance(string? MessageId, string? CorrelationId, string? MessageType)
{
    public static EnvelopeGlance At(byte[] body)
    {
        try
        {
            return Read(new Utf8JsonReader(body));
        }
        // The reader looks at the bytes of a text only when it is asked for it, and calls it no operation when they are no UTF-8.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    private static EnvelopeGlance Read(Utf8JsonReader json)
    {
        var seen = default(EnvelopeGlance);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return seen;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString();
            json.Read();
            seen = name?.ToUpperInvariant() switch
            {
                "MESSAGEID" => seen with { MessageId = Text(json) },
                "CORRELATIONID" => seen with { CorrelationId = Text(json) },
                "MESSAGETYPE" => seen with { MessageType = First(json) },
                _ => seen,
            };
            json.Skip();
        }

        return seen;
    }

    // The reader is a copy: where it goes from here, the caller's does not.
    private static string? Text(Utf8JsonReader json) => json.TokenType == JsonTokenType.String ? json.GetString() : null;

    private static string? First(Utf8JsonReader json) => json.TokenType != JsonTokenType.StartArray || json.Read() ? Text(json) : null;
}
