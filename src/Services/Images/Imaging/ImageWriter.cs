using NetVips;

namespace Bus.Services.Images.Imaging;

/// <summary>Encodes images; no metadata leaves. The same pixels give the same bytes, so that a repeated step overwrites its own result.</summary>
internal static class ImageWriter
{
    /// <summary>Runs the pipeline behind <paramref name="image"/> and keeps its pixels in memory. The caller disposes the copy.</summary>
    public static Image Materialise(Image image, CancellationToken cancellationToken)
    {
        using var stop = cancellationToken.Register(() => image.SetKill(true));
        return image.CopyMemory();
    }

    /// <summary>Lossless and quick rather than small: a working copy lives for seconds.</summary>
    public static void Png(Image image, GuardedStream target) =>
        Write(target, () => image.PngsaveStream(target, compression: 1, filter: Enums.ForeignPngFilter.Up, keep: Enums.ForeignKeep.None));

    /// <summary>JPEG, or WebP where there is transparency to keep; returns the MIME type.</summary>
    public static string Web(Image image, GuardedStream target, int quality)
    {
        if (image.HasAlpha())
        {
            Write(target, () => image.WebpsaveStream(target, q: quality, keep: Enums.ForeignKeep.None));
            return ImageSniffer.ContentTypeOf(ImageFormat.WebP);
        }

        Write(target, () => image.JpegsaveStream(target, q: quality, optimizeCoding: true, keep: Enums.ForeignKeep.None));
        return ImageSniffer.ContentTypeOf(ImageFormat.Jpeg);
    }

    private static void Write(GuardedStream target, Action save)
    {
        try
        {
            save();
        }
        catch (VipsException)
        {
            target.ThrowIfFailed();
            throw;
        }
    }
}
