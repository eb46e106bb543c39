using System.Text;
using System.Text.Json;
using Bus.Persistence;

namespace Bus.Dashboard.Api;

/// <summary>A dead letter with its body as JSON or text where it is such, else in Base64.</summary>
internal sealed record DeadLetterView(DeadLetterSummary Letter, IReadOnlyDictionary<string, object?> Headers, long BodyBytes, string BodyForm, JsonElement? Body)
{
    // More is for the download.
    private const int LongestShown = 256 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static DeadLetterView Of(DeadLetter letter)
    {
        var (form, body) = Show(letter.Body.Span);
        return new DeadLetterView(letter.Summary, letter.Headers, letter.Body.Length, form, body);
    }

    private static (string Form, JsonElement? Body) Show(ReadOnlySpan<byte> body)
    {
        if (body.Length > LongestShown)
            return ("tooLong", null);
        try
        {
            var text = Strict.GetString(body);
            var shown = ApiJson.Show(text);
            return (shown.ValueKind == JsonValueKind.String && !text.TrimStart().StartsWith('"') ? "text" : "json", shown);
        }
        catch (DecoderFallbackException)
        {
            return ("base64", JsonSerializer.SerializeToElement(Convert.ToBase64String(body)));
        }
    }
}
