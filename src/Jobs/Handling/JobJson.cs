using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bus.Jobs.Handling;

/// <summary>How arguments and results are written.</summary>
internal static class JobJson
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static byte[] Write(object value, Type type) => JsonSerializer.SerializeToUtf8Bytes(value, type, JsonSerializerOptions.Web);

    /// <exception cref="JsonException">The text is no such value.</exception>
    public static object Read(byte[] text, Type type) => JsonSerializer.Deserialize(text, type, JsonSerializerOptions.Web) ?? throw new JsonException("The text is `null`.");

    /// <summary>Arguments that somebody wrote by hand, as they are stored: a member that the type does not have is a slip.</summary>
    /// <exception cref="JobException">They are none of that type.</exception>
    public static byte[] Check(string arguments, JobType type)
    {
        try
        {
            _ = JsonSerializer.Deserialize(arguments, type.Arguments, Strict) ?? throw new JsonException("The text is `null`.");
            return Encoding.UTF8.GetBytes(arguments);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new JobException($"These are no arguments of `{type.Name}`: {exception.Message}", exception);
        }
    }

    public static T? Read<T>(byte[] text) => JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web);
}
