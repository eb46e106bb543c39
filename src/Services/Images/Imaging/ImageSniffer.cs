namespace Bus.Services.Images.Imaging;

/// <summary>
/// Looks at the first bytes only. What is not one of the four accepted types is turned away here, so that no parser of SVG, PDF or any
/// other format (and no entity or link inside one) is ever reached.
/// </summary>
internal static class ImageSniffer
{
    /// <summary>As many bytes as <see cref="Sniff"/> looks at.</summary>
    public const int HeadBytes = 512;

    private const string Accepted = "Send a JPEG, PNG, WebP or a still GIF.";

    /// <summary>The type of an image that starts with these bytes.</summary>
    /// <exception cref="ImageRejectedException">There are no bytes, or the type is not accepted.</exception>
    public static ImageFormat Sniff(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            throw new ImageRejectedException(RejectionKind.Empty, $"The file is empty. {Accepted}");
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return ImageFormat.Jpeg;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            return ImageFormat.Png;
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8))
            return ImageFormat.Gif;
        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8))
            return ImageFormat.WebP;
        throw new ImageRejectedException(RejectionKind.UnsupportedType, $"{Name(head)} {Accepted}");
    }

    /// <summary>The MIME type of an accepted image type.</summary>
    public static string ContentTypeOf(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "image/jpeg",
        ImageFormat.Png => "image/png",
        ImageFormat.WebP => "image/webp",
        _ => "image/gif",
    };

    private static string Name(ReadOnlySpan<byte> head)
    {
        if (head.IndexOf("<svg"u8) >= 0 || head.IndexOf("<!DOCTYPE svg"u8) >= 0)
            return "The file is an SVG drawing, which is not accepted: it can carry links and scripts.";
        if (head.StartsWith("%PDF"u8))
            return "The file is a PDF document, not a photo.";
        if (head.StartsWith((ReadOnlySpan<byte>)[0x49, 0x49, 0x2A, 0x00]) || head.StartsWith((ReadOnlySpan<byte>)[0x4D, 0x4D, 0x00, 0x2A]))
            return "The file is a TIFF image, which is not accepted.";
        if (head.Length >= 12 && head[4..].StartsWith("ftyp"u8))
            return "The file is a HEIC, AVIF or video file, which is not accepted.";
        return "The file is not an image, whatever its name says.";
    }
}
