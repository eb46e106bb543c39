using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Bus.Persistence.DeadLetters;

/// <summary>Headers as they stand in the table: what JSON has a form for as itself, the rest as an object whose one name says what it is.</summary>
internal static class LetterHeaders
{
    private const string Bytes = "$bytes";
    private const string Double = "$double";
    private const string Decimal = "$decimal";
    private const string Time = "$time";
    private const string Table = "$table";

    public static string ToJson(IEnumerable<KeyValuePair<string, object?>> headers)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            WriteTable(json, headers);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static IReadOnlyDictionary<string, object?> Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return ReadTable(document.RootElement);
    }

    private static void WriteTable(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>> table)
    {
        json.WriteStartObject();
        foreach (var (name, value) in table)
        {
            json.WritePropertyName(name);
            Write(json, value);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case byte or sbyte or short or ushort or int or uint or long: json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case byte[] bytes: WriteTagged(json, Bytes, () => json.WriteBase64StringValue(bytes)); break;
            case double or float: WriteTagged(json, Double, () => json.WriteStringValue(Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture))); break;
            case decimal number: WriteTagged(json, Decimal, () => json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture))); break;
            case DateTime time: WriteTagged(json, Time, () => json.WriteStringValue(new DateTimeOffset(time.ToUniversalTime()))); break;
            case DateTimeOffset time: WriteTagged(json, Time, () => json.WriteStringValue(time)); break;
            case IEnumerable<KeyValuePair<string, object?>> table: WriteTagged(json, Table, () => WriteTable(json, table)); break;
            case IList list: WriteList(json, list); break;
            case Uri address: json.WriteStringValue(address.OriginalString); break;
            case IFormattable formattable: json.WriteStringValue(formattable.ToString(null, CultureInfo.InvariantCulture)); break;
            default: json.WriteStringValue(value.ToString()); break;
        }
    }

    private static void WriteTagged(Utf8JsonWriter json, string tag, Action write)
    {
        json.WriteStartObject();
        json.WritePropertyName(tag);
        write();
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, IList list)
    {
        json.WriteStartArray();
        foreach (var item in list)
            Write(json, item);
        json.WriteEndArray();
    }

    private static Dictionary<string, object?> ReadTable(JsonElement json)
    {
        // The same name in another case is another header.
        var table = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
            table[property.Name] = Read(property.Value);
        return table;
    }

    private static object? Read(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => json.GetInt64(),
        JsonValueKind.Array => json.EnumerateArray().Select(Read).ToList(),
        JsonValueKind.Object => ReadTagged(json.EnumerateObject().First()),
        _ => null,
    };

    private static object? ReadTagged(JsonProperty tagged) => tagged.Name switch
    {
        Bytes => tagged.Value.GetBytesFromBase64(),
        Double => double.Parse(tagged.Value.GetString()!, CultureInfo.InvariantCulture),
        Decimal => decimal.Parse(tagged.Value.GetString()!, CultureInfo.InvariantCulture),
        Time => tagged.Value.GetDateTimeOffset(),
        Table => ReadTable(tagged.Value),
        var other => throw new JsonException($"A header's value is marked `{other}`, which is not known."),
    };
}
