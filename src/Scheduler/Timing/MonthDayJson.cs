using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bus.Scheduler.Timing;

/// <summary>Days of the year as <c>"12-25"</c>.</summary>
internal sealed class MonthDayJson : JsonConverter<MonthDay>
{
    public override MonthDay Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString() ?? "";
        // Read as a day of a leap year, or 29 February would not be one.
        return DateOnly.TryParseExact("2000-" + text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new MonthDay(day.Month, day.Day)
            : throw new JsonException($"\"{text}\" is not a day of the year: write month and day with two digits each, such as \"12-25\".");
    }

    public override void Write(Utf8JsonWriter writer, MonthDay value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
