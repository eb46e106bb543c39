using System.Diagnostics;
using System.Globalization;
using Bus.Services.Images.Imaging;
using Bus.Services.Images.Samples;
using NetVips;

namespace Bus.ScenarioTests.Images;

/// <summary>A process of its own that renders the sample photos into a folder and takes each through every step: what is resident is what photos cost, and nothing of other tests.</summary>
internal static class SamplePhotoWorker
{
    public const string Command = "sample-photo-worker";
    public const string Peak = "Resident at most: ";

    /// <summary>Prints for each photo its name, its bytes and the widths of what came of it, as resized and as read; last the most bytes that were ever resident.</summary>
    public static async Task<int> RunAsync(string folder)
    {
        foreach (var sample in await SamplePhotos.RenderAsync(folder, CancellationToken.None))
        {
            using var source = File.OpenRead(sample.Path);
            using var resized = new MemoryStream();
            var (width, _) = ImageResizer.Resize(source, resized, new ImageLimits(100_000_000, 256 << 20, 1200), CancellationToken.None);
            using var compressed = new MemoryStream();
            ImageCompressor.Compress(resized, compressed, 85);
            using var marked = new MemoryStream();
            ImageWatermarker.Watermark(compressed, marked, "Made with Bus", 85);
            using var result = Image.NewFromBuffer(marked.ToArray());
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Photo {Path.GetFileName(sample.Path)} {source.Length} {width} {result.Width}"));
        }

        using var own = Process.GetCurrentProcess();
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Peak}{own.PeakWorkingSet64}"));
        return 0;
    }
}
