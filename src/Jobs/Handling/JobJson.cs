using System.Text.Json;

namespace Bus.Jobs.Handling;

/// <summary>How arguments and results are written.</summary>
internal static class JobJson
{
    public static byte[] Write(object value, Type type) => JsonSerializer.SerializeToUtf8Bytes(value, type, JsonSerializerOptions.Web);

    /// <exception cref="JsonException">The text is no such value.</exception>
    public static object Read(byte[] text, Type type) => JsonSerializer.Deserialize(text, type, JsonSerializerOptions.Web) ?? throw new JsonException("The text is `null`.");

    public static T? Read<T>(byte[] text) => JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web);
}
