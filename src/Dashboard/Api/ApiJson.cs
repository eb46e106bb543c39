using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bus.Dashboard.Api;

/// <summary>The JSON of the API, whatever the service has set for its own.</summary>
internal static class ApiJson
{
    // The writer ends at 64 levels, and what is shown stands some levels down.
    private const int DeepestShown = 56;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static JsonHttpResult<T> Answer<T>(T value, int status = StatusCodes.Status200OK) => TypedResults.Json(value, Options, statusCode: status);

    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>JSON text as JSON; text that is none as a string.</summary>
    public static JsonElement Show(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = DeepestShown });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text, Options);
        }
    }

    /// <summary>What is known with the members that are given in the place of its own, as RFC 7396 merges objects.</summary>
    /// <exception cref="JsonException">The members are not those of the type.</exception>
    public static T Merge<T>(T known, JsonElement members)
    {
        var merged = (JsonSerializer.SerializeToNode(known, Options) as JsonObject)!;
        foreach (var (name, value) in JsonObject.Create(members) ?? throw new JsonException("`definition` must be an object."))
            merged[name] = value?.DeepClone();
        return merged.Deserialize<T>(Options)!;
    }

    /// <exception cref="JsonException">The body is missing or something else.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
            throw new JsonException("The body must be JSON, with the content type application/json.");
        return await request.ReadFromJsonAsync<T>(Options, cancellationToken) ?? throw new JsonException("The body is null.");
    }
}
