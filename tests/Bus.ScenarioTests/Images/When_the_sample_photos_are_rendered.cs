using System.Diagnostics;
using Bus.Services.Images.Imaging;
using Bus.Services.Images.Samples;
using Bus.TestSupport;
using NetVips;
using Xunit;

namespace Bus.ScenarioTests.Images;

public sealed class When_the_sample_photos_are_rendered
{
    [Fact]
    public async Task Should_each_pass_every_step()
    {
        using var folder = new TemporaryFolder();
        var samples = await SamplePhotos.RenderAsync(folder["samples"], TestContext.Current.CancellationToken);
        Assert.Equal(12, samples.Count);
        Assert.All(samples, sample =>
        {
            using var source = File.OpenRead(sample.Path);
            Assert.InRange(source.Length, 1, 4 << 20);
            using var resized = new MemoryStream();
            var (width, _) = ImageResizer.Resize(source, resized, new ImageLimits(100_000_000, 256 << 20, 1200), CancellationToken.None);
            using var compressed = new MemoryStream();
            ImageCompressor.Compress(resized, compressed, 85);
            using var marked = new MemoryStream();
            ImageWatermarker.Watermark(compressed, marked, "Made with Bus", 85);
            using var result = Image.NewFromBuffer(marked.ToArray());
            Assert.Equal(width, result.Width);
            Assert.InRange(width, 1, 1200);
        });
        // All of the largest were decoded in this process, at most as many at a time as there are processors.
        Process.GetCurrentProcess().Refresh();
        Assert.InRange(Process.GetCurrentProcess().WorkingSet64, 0, 500L << 20);
    }
}
