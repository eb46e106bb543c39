using Bus.Services.Images.Imaging;
using NetVips;
using Xunit;

namespace Bus.UnitTests.Services.Images;

public sealed class When_a_photo_is_encoded_for_the_web
{
    private const string Text = "Made with Bus";

    [Fact]
    public void Should_be_a_jpeg_when_it_is_opaque()
    {
        var (type, bytes) = Compress(TestImages.Cornered(1200, 800));
        using var image = Image.NewFromBuffer(bytes);
        Assert.Equal(("image/jpeg", "jpegload_buffer"), (type, image.Get("vips-loader")));
        Assert.InRange(TestImages.Distance(image[200, 200], TestImages.Red), 0, 5);
    }

    [Fact]
    public void Should_be_a_webp_when_it_has_transparency()
    {
        var (type, bytes) = Compress(TestImages.Plain(300, 200, TestImages.Red).Bandjoin(100));
        using var image = Image.NewFromBuffer(bytes);
        Assert.Equal("image/webp", type);
        Assert.Equal(4, image.Bands);
        Assert.InRange(image[20, 20][3], 98, 102);
    }

    [Fact]
    public void Should_be_smaller_at_a_lower_quality()
    {
        using var noise = Image.Gaussnoise(800, 600, sigma: 20, mean: 128, seed: 5).Cast(Enums.BandFormat.Uchar).Colourspace(Enums.Interpretation.Srgb);
        Assert.True(Compress(noise, 30).Bytes.Length < Compress(noise, 85).Bytes.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(128)]
    [InlineData(255)]
    public void Should_carry_a_mark_that_shows_on_any_ground(int grey)
    {
        using var ground = TestImages.Plain(1200, 800, [grey, grey, grey]);
        using var marked = Watermark(ground);
        Assert.Equal((1200, 800), (marked.Width, marked.Height));
        using var corner = marked.Crop(800, 700, 400, 100);
        Assert.True(corner.Max() - corner.Min() > 100, $"contrast {corner.Max() - corner.Min()}");
        using var rest = marked.Crop(0, 0, 1200, 700);
        Assert.InRange(rest.Max() - rest.Min(), 0, 3);
    }

    [Fact]
    public void Should_keep_transparency_around_the_mark()
    {
        using var marked = Watermark(TestImages.Plain(1200, 800, TestImages.Red).Bandjoin(0));
        Assert.Equal(4, marked.Bands);
        Assert.Equal(0, marked[10, 10][3]);
        using var alpha = marked.ExtractBand(3);
        Assert.True(alpha.Max() > 200);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(60, 60)]
    [InlineData(2000, 9)]
    public void Should_stay_unmarked_when_it_is_too_small(int width, int height)
    {
        using var marked = Watermark(TestImages.Plain(width, height, TestImages.Red));
        Assert.Equal((width, height), (marked.Width, marked.Height));
        Assert.InRange(TestImages.Distance(marked[width - 1, height - 1], TestImages.Red), 0, 5);
    }

    [Fact]
    public void Should_draw_every_character_inside_its_box()
    {
        const string All = "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789 .,:;!?-_+=/\\()'\"&#*@©·";
        Assert.All(All, c => Assert.True(StrokeFont.Has(c), c.ToString()));
        var (segments, width) = StrokeFont.Layout(All);
        Assert.All(segments, s =>
        {
            Assert.InRange(Math.Max(s.X1, s.X2), 0, width);
            Assert.InRange(Math.Max(s.Y1, s.Y2), 0, StrokeFont.Height);
        });
    }

    private static (string Type, byte[] Bytes) Compress(Image image, int quality = 85)
    {
        using var output = new MemoryStream();
        return (ImageCompressor.Compress(TestImages.Png(image), output, quality), output.ToArray());
    }

    private static Image Watermark(Image image)
    {
        using var output = new MemoryStream();
        ImageWatermarker.Watermark(new MemoryStream(Compress(image).Bytes), output, Text, 95);
        return Image.NewFromBuffer(output.ToArray());
    }
}
