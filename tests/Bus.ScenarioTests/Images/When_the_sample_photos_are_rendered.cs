using System.Globalization;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Images;

public sealed class When_the_sample_photos_are_rendered
{
    [Fact]
    public async Task Should_each_pass_every_step()
    {
        using var folder = new TemporaryFolder();
        await using var worker = ChildProcess.StartDotnet(typeof(SamplePhotoWorker).Assembly.Location, [SamplePhotoWorker.Command, folder["samples"]]);
        Assert.Equal(0, await worker.WaitForExitAsync(TimeSpan.FromMinutes(2)));

        var photos = worker.Lines.Where(line => line.StartsWith("Photo ", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToArray();
        Assert.Equal(12, photos.Length);
        Assert.All(photos, photo =>
        {
            Assert.InRange(Number(photo[2]), 1, 4 << 20);
            Assert.InRange(Number(photo[3]), 1, 1200);
            Assert.Equal(photo[3], photo[4]);
        });
        // What one needs is given back before the next.
        var peak = Assert.Single(worker.Lines, line => line.StartsWith(SamplePhotoWorker.Peak, StringComparison.Ordinal));
        Assert.InRange(Number(peak[SamplePhotoWorker.Peak.Length..]), 1, 300L << 20);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
