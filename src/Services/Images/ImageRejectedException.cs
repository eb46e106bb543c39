namespace Bus.Services.Images;

/// <summary>An image is refused for good: no retry would help. The message is written for the person who uploaded it.</summary>
public sealed class ImageRejectedException(RejectionKind kind, string reason, Exception? inner = null) : Exception(reason, inner)
{
    /// <summary>Why, and the HTTP status that says it.</summary>
    public RejectionKind Kind { get; } = kind;
}
