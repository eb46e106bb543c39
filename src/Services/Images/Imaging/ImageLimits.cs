namespace Bus.Services.Images.Imaging;

/// <summary>What an image may be, checked on its header before anything is decoded.</summary>
internal sealed record ImageLimits(long MaxPixels, long MaxDecodeBytes, int MaxWidth)
{
    /// <summary>The longest side that WebP, one of our two output formats, can hold.</summary>
    public const int MaxSide = 16383;

    public static ImageLimits From(ImageOptions options) => new(options.MaxPixels, options.MaxDecodeBytes, options.MaxWidth);
}
