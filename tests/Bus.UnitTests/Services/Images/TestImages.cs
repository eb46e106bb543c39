using NetVips;

namespace Bus.UnitTests.Services.Images;

/// <summary>Images drawn by code, each with something by which a test can tell what became of it.</summary>
internal static class TestImages
{
    public static readonly double[] Red = [220, 30, 30];
    public static readonly double[] Blue = [30, 40, 200];

    public static Image Plain(int width, int height, double[] colour) =>
        (Image.Black(width, height, bands: 3) + colour).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);

    /// <summary>Blue with a red upper left quarter.</summary>
    public static Image Cornered(int width, int height) => Plain(width, height, Blue).Insert(Plain(width / 2, height / 2, Red), 0, 0);

    public static MemoryStream Jpeg(Image image, int? orientation = null, bool progressive = false)
    {
        using var tagged = image.Mutate(m =>
        {
            if (orientation is { } value)
                m.Set(GValue.GIntType, "orientation", value);
            m.Set(GValue.GStrType, "exif-ifd0-Artist", "Somebody (Somebody, ASCII, 9 components, 9 bytes)");
        });
        return new MemoryStream(tagged.JpegsaveBuffer(q: 95, interlace: progressive));
    }

    public static MemoryStream Png(Image image, bool interlaced = false) => new(image.PngsaveBuffer(interlace: interlaced));

    public static MemoryStream WebP(Image image) => new(image.WebpsaveBuffer(lossless: true));

    public static MemoryStream Gif(Image image) => new(image.GifsaveBuffer());

    /// <summary>Two frames, red and blue.</summary>
    public static Image TwoFrames(int side) =>
        Plain(side, side, Red).Join(Plain(side, side, Blue), Enums.Direction.Vertical).Mutate(m => m.Set(GValue.GIntType, "page-height", side));

    public static Image Read(MemoryStream stream) => Image.NewFromBuffer(stream.ToArray());

    public static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();

    /// <summary>A PNG whose header claims this size; its pixels are missing or, at one row of zeros deflated, a bomb.</summary>
    public static MemoryStream PngHeader(uint width, uint height)
    {
        byte[] ihdr = [.. "IHDR"u8, .. BigEndian(width), .. BigEndian(height), 8, 2, 0, 0, 0];
        byte[] idat = [.. "IDAT"u8, 0x78, 0x9C, 0x63, 0x60, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01];
        byte[] iend = [.. "IEND"u8];
        return new MemoryStream([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk(ihdr), .. Chunk(idat), .. Chunk(iend)]);
    }

    private static byte[] Chunk(byte[] body) => [.. BigEndian((uint)(body.Length - 4)), .. body, .. BigEndian(Crc(body))];

    private static byte[] BigEndian(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
