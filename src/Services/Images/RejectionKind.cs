namespace Bus.Services.Images;

/// <summary>Why an image is refused; each value is the HTTP status that says the same.</summary>
public enum RejectionKind
{
    /// <summary>There is nothing to look at.</summary>
    Empty = 400,

    /// <summary>More bytes than are accepted.</summary>
    TooLarge = 413,

    /// <summary>Not one of the accepted image types.</summary>
    UnsupportedType = 415,

    /// <summary>An accepted type, but damaged, animated, or with more pixels than are accepted.</summary>
    Unprocessable = 422,
}
