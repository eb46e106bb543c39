namespace Bus.Services.Images.Http;

/// <summary>The request is not a proper upload form.</summary>
internal sealed class UploadFormException(int statusCode, string title, string detail, Exception? inner = null) : Exception(detail, inner)
{
    public int StatusCode { get; } = statusCode;

    public string Title { get; } = title;
}
