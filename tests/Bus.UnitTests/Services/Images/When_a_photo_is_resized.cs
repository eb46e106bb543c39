using Bus.Services.Images.Imaging;
using NetVips;
using Xunit;

namespace Bus.UnitTests.Services.Images;

public sealed class When_a_photo_is_resized
{
    private static readonly ImageLimits Limits = new(100_000_000, 256L << 20, 1200);

    [Fact]
    public void Should_be_1200_wide_when_it_was_wider()
    {
        using var result = Resize(TestImages.Jpeg(TestImages.Cornered(3000, 2000)));
        Assert.Equal((1200, 800), (result.Width, result.Height));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1199, 40)]
    [InlineData(900, 2500)]
    public void Should_never_be_enlarged(int width, int height)
    {
        using var result = Resize(TestImages.Png(TestImages.Plain(width, height, TestImages.Red)));
        Assert.Equal((width, height), (result.Width, result.Height));
        Assert.InRange(TestImages.Distance(result[0, 0], TestImages.Red), 0, 2);
    }

    // The red corner is upper left in the stored pixels; each orientation says where it belongs.
    [Theory]
    [InlineData(1, false, 0, 0)]
    [InlineData(2, false, 1, 0)]
    [InlineData(3, false, 1, 1)]
    [InlineData(4, false, 0, 1)]
    [InlineData(5, true, 0, 0)]
    [InlineData(6, true, 1, 0)]
    [InlineData(7, true, 1, 1)]
    [InlineData(8, true, 0, 1)]
    public void Should_stand_upright_by_its_exif_orientation(int orientation, bool turned, int redX, int redY)
    {
        using var result = Resize(TestImages.Jpeg(TestImages.Cornered(1600, 800), orientation));
        Assert.Equal(turned ? (800, 1600) : (1200, 600), (result.Width, result.Height));
        for (var x = 0; x < 2; x++)
        {
            for (var y = 0; y < 2; y++)
            {
                var expected = (x, y) == (redX, redY) ? TestImages.Red : TestImages.Blue;
                var pixel = result[(result.Width / 4) + (x * result.Width / 2), (result.Height / 4) + (y * result.Height / 2)];
                Assert.InRange(TestImages.Distance(pixel, expected), 0, 12);
            }
        }
    }

    [Fact]
    public void Should_carry_no_metadata()
    {
        using var result = Resize(TestImages.Jpeg(TestImages.Plain(1500, 500, TestImages.Red), orientation: 3));
        Assert.DoesNotContain(result.GetFields(), field => field.StartsWith("exif", StringComparison.Ordinal) || field is "icc-profile-data" or "xmp-data" or "orientation");
    }

    [Fact]
    public void Should_keep_transparency()
    {
        using var half = TestImages.Plain(1600, 400, TestImages.Red).Bandjoin(128);
        using var result = Resize(TestImages.Png(half));
        Assert.Equal(4, result.Bands);
        Assert.InRange(TestImages.Distance(result[600, 100], [.. TestImages.Red, 128]), 0, 2);
    }

    [Fact]
    public void Should_become_8_bit_when_it_was_16_bit()
    {
        using var deep = (TestImages.Plain(1600, 400, TestImages.Red) * 257.0).Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Rgb16);
        using var result = Resize(TestImages.Png(deep));
        Assert.Equal((Enums.BandFormat.Uchar, 3), (result.Format, result.Bands));
        Assert.InRange(TestImages.Distance(result[600, 100], TestImages.Red), 0, 3);
    }

    [Fact]
    public void Should_become_srgb_when_it_was_cmyk()
    {
        using var cmyk = TestImages.Plain(1600, 400, TestImages.Red).IccTransform("cmyk", inputProfile: "srgb");
        using var result = Resize(TestImages.Jpeg(cmyk));
        Assert.Equal((Enums.Interpretation.Srgb, 3), (result.Interpretation, result.Bands));
        Assert.InRange(TestImages.Distance(result[600, 100], TestImages.Red), 0, 40);
    }

    [Fact]
    public void Should_become_srgb_when_it_had_another_profile()
    {
        using var wide = TestImages.Plain(1600, 400, TestImages.Red).IccTransform("p3", inputProfile: "srgb", depth: 8);
        Assert.True(TestImages.Distance(wide[0, 0], TestImages.Red) > 10);
        using var result = Resize(TestImages.Jpeg(wide));
        Assert.InRange(TestImages.Distance(result[600, 100], TestImages.Red), 0, 6);
    }

    [Fact]
    public void Should_become_srgb_when_it_was_grey()
    {
        using var grey = TestImages.Plain(1600, 400, [99, 99, 99]).ExtractBand(0).Copy(interpretation: Enums.Interpretation.Bw);
        using var result = Resize(TestImages.Jpeg(grey));
        Assert.InRange(TestImages.Distance(result[600, 100], [99, 99, 99]), 0, 2);
    }

    [Fact]
    public void Should_read_webp_and_still_gif_and_progressive_and_interlaced()
    {
        var photo = TestImages.Cornered(1600, 400);
        foreach (var input in new[] { TestImages.WebP(photo), TestImages.Gif(photo), TestImages.Jpeg(photo, progressive: true), TestImages.Png(photo, interlaced: true) })
        {
            using var result = Resize(input);
            Assert.Equal((1200, 300), (result.Width, result.Height));
            Assert.InRange(TestImages.Distance(result[100, 50][..3], TestImages.Red), 0, 12);
        }
    }

    [Fact]
    public void Should_give_the_same_bytes_each_time()
    {
        var input = TestImages.Jpeg(TestImages.Cornered(2000, 900));
        Assert.Equal(Bytes(input), Bytes(input));
    }

    private static byte[] Bytes(MemoryStream input)
    {
        using var output = new MemoryStream();
        ImageResizer.Resize(input, output, Limits, CancellationToken.None);
        return output.ToArray();
    }

    private static Image Resize(MemoryStream input) => Image.NewFromBuffer(Bytes(input));
}
