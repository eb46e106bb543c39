using System.Text;
using Bus.Services.Images;
using Bus.Services.Images.Imaging;
using Xunit;

namespace Bus.UnitTests.Services.Images;

public sealed class When_an_image_is_bad
{
    private static readonly ImageLimits Limits = new(100_000_000, 256L << 20, 1200);

    [Fact]
    public void Should_be_refused_when_it_is_empty() => Refuses(RejectionKind.Empty, new MemoryStream(), "empty");

    [Theory]
    [InlineData("Dear Sir or Madam, this is no picture.", "not an image")]
    [InlineData("<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><svg xmlns=\"http://www.w3.org/2000/svg\"><text>&x;</text></svg>", "SVG")]
    [InlineData("%PDF-1.7", "PDF")]
    [InlineData("II*\0........", "TIFF")]
    [InlineData("\0\0\0\u0018ftypheic....", "HEIC")]
    [InlineData("x", "not an image")]
    public void Should_be_refused_when_its_bytes_are_no_photo(string text, string said) =>
        Refuses(RejectionKind.UnsupportedType, new MemoryStream(Encoding.Latin1.GetBytes(text)), said);

    [Theory]
    [InlineData(50_000, 50_000, "pixels")]
    [InlineData(1, 90_000, "too long")]
    public void Should_be_refused_by_its_header_when_it_is_a_bomb(int width, int height, string said) =>
        Refuses(RejectionKind.Unprocessable, TestImages.PngHeader((uint)width, (uint)height), said);

    [Fact]
    public void Should_be_refused_when_it_would_have_to_be_held_whole()
    {
        var limits = Limits with { MaxDecodeBytes = 1_000_000 };
        var photo = TestImages.Cornered(1000, 1000);
        Assert.NotNull(ImageInspector.Inspect(TestImages.Png(photo), limits));
        Refuses(RejectionKind.Unprocessable, TestImages.Jpeg(photo, progressive: true), "progressive", limits);
        Refuses(RejectionKind.Unprocessable, TestImages.Png(photo, interlaced: true), "interlaced", limits);
        Refuses(RejectionKind.Unprocessable, TestImages.WebP(photo), "memory", limits);
    }

    [Fact]
    public void Should_be_refused_when_it_is_animated()
    {
        Refuses(RejectionKind.Unprocessable, TestImages.Gif(TestImages.TwoFrames(40)), "animated");
        Refuses(RejectionKind.Unprocessable, TestImages.WebP(TestImages.TwoFrames(40)), "animated");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    public void Should_be_refused_by_its_header_when_that_is_cut_off(int left)
    {
        foreach (var whole in new[] { TestImages.Jpeg(TestImages.Cornered(50, 50)), TestImages.Png(TestImages.Cornered(50, 50)) })
        {
            var rejected = Assert.Throws<ImageRejectedException>(() => ImageInspector.Inspect(Cut(whole, left), Limits));
            Assert.True(rejected.Kind is RejectionKind.Unprocessable or RejectionKind.UnsupportedType, rejected.Message);
        }
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(0.9)]
    public void Should_be_refused_by_the_resize_step_when_its_pixels_are_cut_off(double share)
    {
        var photo = TestImages.Cornered(1300, 500).Gaussblur(3);
        Assert.All(
            new[] { TestImages.Jpeg(photo), TestImages.Png(photo), TestImages.Jpeg(photo, progressive: true), TestImages.WebP(photo), TestImages.Gif(photo) },
            whole =>
            {
                using var output = new MemoryStream();
                var cut = Cut(whole, (int)(whole.Length * share));
                var rejected = Assert.Throws<ImageRejectedException>(() => ImageResizer.Resize(cut, output, Limits, CancellationToken.None));
                Assert.Equal(RejectionKind.Unprocessable, rejected.Kind);
                Assert.Contains("cut off", rejected.Message);
                Assert.Equal(0, output.Length);
            });
    }

    [Fact]
    public void Should_not_be_blamed_when_the_disk_fails()
    {
        using var source = new FailingStream(TestImages.Jpeg(TestImages.Cornered(2000, 1500).Gaussblur(3)).ToArray(), failAt: 12_000);
        using var output = new MemoryStream();
        var error = Assert.Throws<IOException>(() => ImageResizer.Resize(source, output, Limits, CancellationToken.None));
        Assert.Contains("the disk is gone", error.Message);
    }

    private static void Refuses(RejectionKind kind, MemoryStream image, string said, ImageLimits? limits = null)
    {
        var rejected = Assert.Throws<ImageRejectedException>(() => ImageInspector.Inspect(image, limits ?? Limits));
        Assert.Equal(kind, rejected.Kind);
        Assert.Contains(said, rejected.Message);
    }

    private static MemoryStream Cut(MemoryStream whole, int length) => new(whole.ToArray()[..length]);

    private sealed class FailingStream(byte[] bytes, int failAt) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            Position + count > failAt && Position > 4096 ? throw new IOException("the disk is gone") : base.Read(buffer, offset, count);
    }
}
