using System.Text.Json;
using System.Text.Json.Serialization;
using Bus.Services.Orders.Checkout;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bus.Services.Orders.Http;

/// <summary>Reads a body whose errors are worth naming. No more of it is read than a body that is accepted can have.</summary>
internal static class JsonBody
{
    private const long MostBytes = 256 * 1024;

    // A field that is not known is a typing error: to leave it out silently would be to order something else.
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, NumberHandling = JsonNumberHandling.Strict, MaxDepth = 8 };

    /// <exception cref="OrderRejectedException">It is not JSON, too long, or not of that form.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken)
        where T : class
    {
        if (!request.HasJsonContentType())
            throw new OrderRejectedException(StatusCodes.Status415UnsupportedMediaType, "The body is not JSON", $"Send application/json, not '{request.ContentType}'.");
        if (request.ContentLength > MostBytes)
            throw TooLarge();
        // Where the length is not said beforehand the server cuts it off.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MostBytes;
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, Strict, cancellationToken) ?? throw Malformed("The body is null.");
        }
        catch (JsonException wrong)
        {
            // What is JSON but not of the form has no error of the reader within.
            throw Malformed(wrong is { InnerException: not JsonException, Path: { Length: > 1 } path }
                ? $"`{path.TrimStart('$', '.')}` is not a field here, or not of its type: texts in quotes, amounts and quantities as whole numbers. /openapi/v1.json has the form."
                : $"It is not JSON, or not an object (line {wrong.LineNumber + 1}, byte {wrong.BytePositionInLine}). /openapi/v1.json has the form.");
        }
        catch (BadHttpRequestException cut) when (cut.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge();
        }
    }

    private static OrderRejectedException Malformed(string error) => new(StatusCodes.Status400BadRequest, "The body is malformed", error);

    private static OrderRejectedException TooLarge() =>
        new(StatusCodes.Status413PayloadTooLarge, "The body is too large", $"A body may have {MostBytes} bytes, and an order {OrderRules.MostLines} lines. Part it.");
}
