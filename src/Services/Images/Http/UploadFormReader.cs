using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Bus.Services.Images.Http;

/// <summary>Finds the file in a multipart body as it streams in: nothing is held in memory or put aside on disk.</summary>
internal static class UploadFormReader
{
    private const string Remedy = "Send multipart/form-data with the image in a field named `file`.";
    private const int MostFields = 20;
    private const int LongestBoundary = 70;

    /// <summary>The field <c>file</c>: its bytes, to be read once before the request ends, and the name that the sender gave it.</summary>
    /// <exception cref="UploadFormException">The request is something else; status and message say what.</exception>
    public static async Task<(Stream Content, string? FileName)> OpenFileAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(BoundaryOf(request), request.Body);
        for (var fields = 0; fields < MostFields; fields++)
        {
            if (await NextAsync(reader, cancellationToken) is not { } section)
            {
                throw Malformed($"The form has no field named `file`. {Remedy}");
            }

            if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var field) && HeaderUtilities.RemoveQuotes(field.Name) == "file")
            {
                var name = HeaderUtilities.RemoveQuotes(field.FileNameStar.HasValue ? field.FileNameStar : field.FileName);
                return (new UploadStream(section.Body), name.Value);
            }
        }

        throw Malformed($"The form has more than {MostFields} fields before `file`. {Remedy}");
    }

    /// <summary>What a body that breaks off or that the server cuts is called.</summary>
    public static UploadFormException Broken(Exception error) => error is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
        ? new UploadFormException(StatusCodes.Status413PayloadTooLarge, "The request is too large", "The request's body is larger than this server accepts. Scale the image down first.", error)
        : new UploadFormException(StatusCodes.Status400BadRequest, "The form is malformed", $"The multipart body ends or breaks in the middle: {error.Message} {Remedy}", error);

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
