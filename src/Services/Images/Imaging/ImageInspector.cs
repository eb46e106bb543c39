using NetVips;

namespace Bus.Services.Images.Imaging;

/// <summary>Decides from the first bytes and the header alone whether an image is accepted. Never decodes pixels.</summary>
internal static class ImageInspector
{
    /// <summary>Reads the header of a seekable stream, from its start, and rewinds it.</summary>
    /// <exception cref="ImageRejectedException">The image is refused; the message says why.</exception>
    public static ImageInfo Inspect(Stream image, ImageLimits limits)
    {
        Vips.EnsureReady();
        var format = SniffStream(image);
        using var source = new GuardedStream(image);
        try
        {
            using var header = OpenHeader(source, format);
            return Check(header, format, limits);
        }
        catch (VipsException e)
        {
            source.ThrowIfFailed();
            throw new ImageRejectedException(
                RejectionKind.Unprocessable, $"The file starts like a {format} image, but its header is damaged or cut off. Export it again and retry.", e);
        }
        finally
        {
            image.Position = 0;
        }
    }

    /// <summary>The type of the image in a seekable stream, which is rewound.</summary>
    public static ImageFormat SniffStream(Stream image)
    {
        image.Position = 0;
        Span<byte> head = stackalloc byte[ImageSniffer.HeadBytes];
        var read = image.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        image.Position = 0;
        return ImageSniffer.Sniff(head[..read]);
    }

    private static Image OpenHeader(Stream source, ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => Image.JpegloadStream(source, access: Enums.Access.Sequential),
        ImageFormat.Png => Image.PngloadStream(source, access: Enums.Access.Sequential),
        ImageFormat.WebP => Image.WebploadStream(source, access: Enums.Access.Sequential),
        _ => Image.GifloadStream(source, access: Enums.Access.Sequential),
    };

    private static ImageInfo Check(Image header, ImageFormat format, ImageLimits limits)
    {
        var (width, height) = (header.Width, header.Height);
        var pixels = (long)width * height;
        if (pixels > limits.MaxPixels)
            throw Refused($"The image has {width} x {height} = {pixels:N0} pixels; at most {limits.MaxPixels:N0} are accepted. Scale it down first.");
        if (header.Contains("n-pages") && (int)header.Get("n-pages") > 1)
            throw Refused($"The {format} image is animated; only still images are accepted. Send one frame of it.");
        var bytes = DecodeCost.Of(header, format);
        if (bytes > limits.MaxDecodeBytes)
        {
            throw Refused(
                $"The {format} image of {width} x {height} pixels would need {bytes >> 20:N0} MiB of memory to open, more than the {limits.MaxDecodeBytes >> 20:N0} MiB "
                + "that are allowed. Save it as an ordinary (not progressive or interlaced) JPEG or PNG, or scale it down.");
        }

        CheckResult(header, limits);
        return new ImageInfo(format, width, height, bytes);
    }

    // A strip of one pixel by ten million stays as long as it is, since only the width is scaled: refuse here what could not be saved later.
    private static void CheckResult(Image header, ImageLimits limits)
    {
        var turned = header.Contains("orientation") && (int)header.Get("orientation") >= 5;
        var (width, height) = turned ? (header.Height, header.Width) : (header.Width, header.Height);
        var result = height * Math.Min(1.0, limits.MaxWidth / (double)width);
        if (result > ImageLimits.MaxSide)
            throw Refused($"The image is too long: {result:N0} pixels high once it is {Math.Min(width, limits.MaxWidth)} wide, and {ImageLimits.MaxSide:N0} is the most.");
    }

    private static ImageRejectedException Refused(string reason) => new(RejectionKind.Unprocessable, reason);
}
