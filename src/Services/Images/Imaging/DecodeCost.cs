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
            ImageFormat.Jpeg when interlaced => (long)(pixels * 2 * Samples(header)),
            ImageFormat.Png when interlaced => pixels * pixelBytes,
            // The canvas, four bytes a pixel, and the frame that is drawn on it; measured 4 and 5.
            ImageFormat.WebP or ImageFormat.Gif => pixels * 6,
            _ => (long)header.Width * StripLines * pixelBytes,
        };
    }

    // Colour is mostly stored at half the width and height of brightness: two channels of a quarter each.
    private static double Samples(Image header) =>
        header.Bands == 3 && header.Contains("jpeg-chroma-subsample") && (string)header.Get("jpeg-chroma-subsample") == "4:2:0" ? 1.5 : header.Bands;
}
