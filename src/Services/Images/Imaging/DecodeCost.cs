using NetVips;

namespace Bus.Services.Images.Imaging;

/// <summary>Estimates from a header how much memory decoding takes: the difference between a strip and the whole picture.</summary>
internal static class DecodeCost
{
    // Strips of a few hundred lines, and the decoder's own tables.
    private const int StripLines = 256;

    public static long Of(Image header, ImageFormat format)
    {
        var pixels = (long)header.Width * header.Height;
        var pixelBytes = header.Bands * (header.Format == Enums.BandFormat.Ushort ? 2 : 1);
        var interlaced = header.Contains("interlaced") && (int)header.Get("interlaced") != 0;
        return format switch
        {
            // A progressive JPEG keeps 16-bit coefficients of every sample until its last scan is in.
            ImageFormat.Jpeg when interlaced => pixels * 2 * header.Bands,
            ImageFormat.Png when interlaced => pixels * pixelBytes,
            // Canvas, and the frame that is drawn on it, four bytes a pixel each.
            ImageFormat.WebP or ImageFormat.Gif => pixels * 8,
            _ => (long)header.Width * StripLines * pixelBytes,
        };
    }
}
