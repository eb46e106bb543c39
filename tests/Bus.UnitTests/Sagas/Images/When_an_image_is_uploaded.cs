using Bus.Contracts.Images;
using Xunit;

namespace Bus.UnitTests.Sagas.Images;

public class When_an_image_is_uploaded
{
    [Fact]
    public async Task Should_lead_it_through_all_steps_to_ready()
    {
        await using var run = await ImageSagaRun.StartAsync();

        await run.SayAsync(run.Uploaded);
        Assert.Equal(new ResizeImage(run.Id, "original", 1200), await run.CommandAsync<ResizeImage>());
        await run.SayAsync(run.Resized);
        Assert.Equal(new CompressImage(run.Id, "resized", 85), await run.CommandAsync<CompressImage>());
        await run.SayAsync(run.Compressed);
        Assert.Equal(new WatermarkImage(run.Id, "compressed", "Made with Bus", 85), await run.CommandAsync<WatermarkImage>());
        await run.SayAsync(run.Watermarked);
        Assert.Equal(new StoreImage(run.Id, "watermarked"), await run.CommandAsync<StoreImage>());
        await run.SayAsync(run.Stored);
        Assert.Equal(new NotifyImageReady(run.Id, "content", "image/jpeg"), await run.CommandAsync<NotifyImageReady>());
        await run.SayAsync(run.Ready);

        var image = await run.InStateAsync(x => x.Ready);
        Assert.Null(image.Error);
        Assert.Equal(ImageSteps.InOrder.Skip(1), image.Steps.Select(x => x.Step));
        Assert.All(image.Steps, x => Assert.Equal((7, 2, true), (x.DurationMs, x.Attempts, x.EndedAt >= x.StartedAt)));
    }

    [Fact]
    public async Task Should_remove_the_working_blobs_and_keep_the_stored_image_once_ready()
    {
        await using var run = await ImageSagaRun.StartAsync();

        await run.ReachAsync(x => x.Ready);

        var removal = await run.CommandAsync<RemoveImageBlobs>();
        Assert.Equal(["original", "resized", "compressed", "watermarked"], removal.Blobs);
        Assert.Null(removal.Stored);
    }

    [Fact]
    public async Task Should_tell_every_move()
    {
        await using var run = await ImageSagaRun.StartAsync();

        await run.ReachAsync(x => x.Ready);

        var told = run.Published<ImageProgressed>().Select(x => (x.Step, x.Status, x.Attempt, x.DurationMs));
        Assert.Equivalent(
            ImageSteps.InOrder.Skip(1).SelectMany(x => new[] { (x, ImageStepStatus.Running, 0, 0), (x, ImageStepStatus.Done, 2, 7) }), told, strict: true);
    }

    [Fact]
    public async Task Should_time_the_wait_in_the_queue_by_the_clock()
    {
        await using var run = await ImageSagaRun.StartAsync();

        await run.SayAsync(run.Uploaded);
        run.Clock.Advance(TimeSpan.FromSeconds(98));
        await run.SayAsync(run.Resized);

        var step = (await run.InStateAsync(x => x.Compressing)).Steps[0];
        Assert.Equal(TimeSpan.FromSeconds(98), step.EndedAt - step.StartedAt);
    }
}
