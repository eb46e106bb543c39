using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Bus.Services.Images.Http;

/// <summary>Finds the file in a multipart body as it streams in: nothing is held in memory or put aside on disk.</summary>
internal static class UploadFormReader
{
    private const string Remedy = "Send multipart/form-data with the image in a field named `file`.";
    private const int MostFields = 20;
    private const int LongestField = 1_000;

    // It is also who they are to the notifications, whose ids are no longer.
    private const int LongestNotify = 100;
    private const int LongestBoundary = 70;

    /// <summary>The field <c>file</c>: its bytes, to be read once before the request ends, and the name that the sender gave it. The field <c>notify</c> may stand before or after it: ask for that when the bytes are read.</summary>
    /// <exception cref="UploadFormException">The request is something else; status and message say what.</exception>
    public static async Task<(Stream Content, string? FileName, Func<CancellationToken, Task<string?>> Notify)> OpenFileAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(BoundaryOf(request), request.Body);
        string? notify = null;
        for (var fields = 0; fields < MostFields; fields++)
        {
            if (await NextAsync(reader, cancellationToken) is not { } section)
            {
                throw Malformed($"The form has no field named `file`. {Remedy}");
            }

            if (NameOf(section, out var field) == "file")
            {
                var name = HeaderUtilities.RemoveQuotes(field!.FileNameStar.HasValue ? field.FileNameStar : field.FileName);
                return (new UploadStream(section.Body), name.Value, token => notify is null ? FindNotifyAsync(reader, token) : Task.FromResult<string?>(notify));
            }

            if (NameOf(section, out _) == "notify")
            {
                notify = await ReadNotifyAsync(section, cancellationToken);
            }
        }

        throw Malformed($"The form has more than {MostFields} fields before `file`. {Remedy}");
    }

    /// <summary>What a body that breaks off or that the server cuts is called.</summary>
    public static UploadFormException Broken(Exception error) => error is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
        ? new UploadFormException(StatusCodes.Status413PayloadTooLarge, "The request is too large", "The request's body is larger than this server accepts. Scale the image down first.", error)
        : new UploadFormException(StatusCodes.Status400BadRequest, "The form is malformed", $"The multipart body ends or breaks in the middle: {error.Message} {Remedy}", error);

    private static string? NameOf(MultipartSection section, out ContentDispositionHeaderValue? field) =>
        ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out field) ? HeaderUtilities.RemoveQuotes(field.Name).Value : null;

    private static async Task<string?> FindNotifyAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        for (var fields = 0; fields < MostFields && await NextAsync(reader, cancellationToken) is { } section; fields++)
        {
            if (NameOf(section, out _) == "notify")
            {
                return await ReadNotifyAsync(section, cancellationToken);
            }
        }

        return null;
    }

    private static async Task<string?> ReadNotifyAsync(MultipartSection section, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestField];
        var length = await new UploadStream(section.Body).ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        var text = Encoding.UTF8.GetString(buffer, 0, length).Trim();
        if (text.Length == 0)
        {
            return null;
        }

        return (EmailAddress.Refusal(text) ?? (text.Length > LongestNotify ? $"has more than {LongestNotify} characters" : null)) is { } wrong
            ? throw new UploadFormException(StatusCodes.Status400BadRequest, "Nobody can be told at this address", $"The address in the field `notify` {wrong}. Leave the field out to tell nobody.")
            : text;
    }

    private static string BoundaryOf(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw new UploadFormException(
                StatusCodes.Status415UnsupportedMediaType, "The request is not a form", $"The content type is '{request.ContentType ?? "missing"}'. {Remedy}");
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary);
        return boundary is { HasValue: true, Length: > 0 and <= LongestBoundary }
            ? boundary.Value
            : throw Malformed($"The content type names no boundary, or one longer than {LongestBoundary} characters. {Remedy}");
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw Broken(e);
        }
    }

    private static UploadFormException Malformed(string detail) => new(StatusCodes.Status400BadRequest, "The form is malformed", detail);
}
