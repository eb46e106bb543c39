using NetVips;

namespace Bus.Services.Images.Imaging;

/// <summary>The compress step: JPEG, or WebP for an image with transparency.</summary>
internal static class ImageCompressor
{
    /// <summary>Encodes <paramref name="source"/>, a result of the resize step, into <paramref name="target"/>; returns its MIME type.</summary>
    public static string Compress(Stream source, Stream target, int quality)
    {
        Vips.EnsureReady();
        using var from = new GuardedStream(source);
        using var to = new GuardedStream(target);
        using var image = WorkingImage.Open(from);
        return ImageWriter.Web(image, to, quality);
    }
}
