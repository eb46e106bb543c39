using Microsoft.AspNetCore.Http;

namespace Bus.Services.Images.Http;

/// <summary>The form of an upload, for the API's description only: the body is read as a stream and never bound.</summary>
internal sealed class UploadForm
{
    /// <summary>The photo: JPEG, PNG, WebP or a still GIF.</summary>
    public required IFormFile File { get; init; }

    /// <summary>E-mail address of who is told when the photo is ready, or why it is not; at most 100 characters. None when it is left out.</summary>
    public string? Notify { get; init; }
}
