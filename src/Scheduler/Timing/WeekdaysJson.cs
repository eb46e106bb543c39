using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bus.Scheduler.Timing;

/// <summary>Weekdays by name, whatever the options say about enums: the text is stored, and must be read by every version and process.</summary>
internal sealed class WeekdaysJson : JsonConverter<IReadOnlyList<DayOfWeek>>
{
    public override IReadOnlyList<DayOfWeek> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        [.. JsonSerializer.Deserialize<string[]>(ref reader, options)!.Select(Day)];

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<DayOfWeek> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Select(day => day.ToString()).ToArray(), options);

    private static DayOfWeek Day(string name) =>
        Enum.GetValues<DayOfWeek>().Cast<DayOfWeek?>().FirstOrDefault(day => string.Equals(day.ToString(), name, StringComparison.OrdinalIgnoreCase))
        ?? throw new JsonException($"\"{name}\" is not a day of the week: write its English name, such as \"Sunday\".");
}
