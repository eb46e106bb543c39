using NetVips;

namespace Bus.Services.Images.Imaging;

/// <summary>
/// The resize step: upright by its EXIF orientation, at most the given width, never enlarged; 8-bit sRGB whatever came in (grey, CMYK,
/// 16-bit, a camera's profile); transparency kept; all metadata dropped. The result is a lossless PNG.
/// </summary>
internal static class ImageResizer
{
    /// <summary>Scales <paramref name="source"/> (seekable) into <paramref name="target"/>; returns the size of the result in pixels.</summary>
    /// <exception cref="ImageRejectedException">The image is refused or damaged.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between decoding and encoding.</exception>
    public static (int Width, int Height) Resize(Stream source, Stream target, ImageLimits limits, CancellationToken cancellationToken)
    {
        ImageInspector.Inspect(source, limits);
        using var pixels = Decode(source, limits.MaxWidth, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        using var guarded = new GuardedStream(target);
        ImageWriter.Png(pixels, guarded);
        return (pixels.Width, pixels.Height);
    }

    // Everything is decoded here, into memory, at its final size: what fails in this method is the image's fault (or the disk's, which
    // the guard tells), and what fails after it is ours.
    private static Image Decode(Stream source, int maxWidth, CancellationToken cancellationToken)
    {
        using var guarded = new GuardedStream(source);
        try
        {
            // `fail_on` also goes to the loader by name: the thumbnail operation does not hand its own on for every format.
            using var thumbnail = Image.ThumbnailStream(
                guarded, maxWidth, optionString: "[fail_on=error]", height: 10_000_000, size: Enums.Size.Down, outputProfile: "srgb", failOn: Enums.FailOn.Error);
            using var srgb = ToSrgb(thumbnail);
            return ImageWriter.Materialise(srgb, cancellationToken);
        }
        catch (VipsException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            guarded.ThrowIfFailed();
            throw new ImageRejectedException(
                RejectionKind.Unprocessable, "The image is damaged or cut off: it starts well but cannot be read to its end. Upload it again.", e);
        }
    }

    private static Image ToSrgb(Image image)
    {
        using var coloured = image.Interpretation == Enums.Interpretation.Srgb ? image.Copy() : image.Colourspace(Enums.Interpretation.Srgb);
        return coloured.Format == Enums.BandFormat.Uchar ? coloured.Copy() : coloured.Cast(Enums.BandFormat.Uchar);
    }
}
