using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit.Serialization;

namespace Bus.Scheduler.Declaring;

/// <summary>What the table keeps as text.</summary>
internal static class ScheduleJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Write(ScheduleDefinition definition) => JsonSerializer.Serialize(definition, Options);

    /// <exception cref="JsonException">It is no definition.</exception>
    public static ScheduleDefinition Read(string text) => JsonSerializer.Deserialize<ScheduleDefinition>(text, Options) ?? throw new JsonException("The definition is null.");

    // As the transport would write it.
    public static string WriteMessage(object message, Type type) => JsonSerializer.Serialize(message, type, SystemTextJsonMessageSerializer.Options);

    /// <exception cref="JsonException">It is no such message.</exception>
    public static object ReadMessage(string text, Type type) =>
        JsonSerializer.Deserialize(text, type, SystemTextJsonMessageSerializer.Options) ?? throw new JsonException("The message is null.");
}
