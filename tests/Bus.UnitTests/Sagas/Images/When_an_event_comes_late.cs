using Bus.Contracts.Images;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.Sagas.Images;

public class When_an_event_comes_late
{
    [Fact]
    public async Task Should_ignore_everything_once_ready()
    {
        await using var run = await ImageSagaRun.StartAsync();
        await run.ReachAsync(x => x.Ready);

        await SayEverythingAsync(run);

        await run.InStateAsync(x => x.Ready);
        Assert.False(run.AnyFailure());
        Assert.Empty(run.Published<ImageFailed>());
    }

    [Fact]
    public async Task Should_ignore_everything_once_failed()
    {
        await using var run = await ImageSagaRun.StartAsync();
        await run.ReachAsync(x => x.Compressing);
        await run.SayAsync(new ImageStepRejected(run.Id, ImageSteps.Compress, "no", new StepRun(1, 1)));

        await SayEverythingAsync(run);

        await run.InStateAsync(x => x.Failed);
        Assert.False(run.AnyFailure());
        Assert.Single(run.Published<ImageFailed>());
    }

    [Fact]
    public async Task Should_not_command_a_step_twice_when_its_predecessor_speaks_twice()
    {
        await using var run = await ImageSagaRun.StartAsync();
        await run.ReachAsync(x => x.Compressing);

        await run.SayAsync(run.Uploaded);
        await run.SayAsync(run.Resized);

        await run.InStateAsync(x => x.Compressing);
        Assert.Single(run.Published<ResizeImage>());
        Assert.Single(run.Published<CompressImage>());
    }

    [Fact]
    public async Task Should_not_fail_a_later_step_for_the_rejection_of_an_earlier_one()
    {
        await using var run = await ImageSagaRun.StartAsync();
        await run.ReachAsync(x => x.Compressing);

        await run.SayAsync(new ImageStepRejected(run.Id, ImageSteps.Resize, "The original is gone.", new StepRun(1, 2)));

        await run.InStateAsync(x => x.Compressing);
        Assert.False(run.AnyFailure());
    }

    [Fact]
    public async Task Should_not_swallow_an_event_without_an_instance()
    {
        await using var run = await ImageSagaRun.StartAsync();

        await run.SayAsync(run.Resized);

        Assert.IsType<SagaException>(run.FailureOf<ImageResized>());
    }

    private static async Task SayEverythingAsync(ImageSagaRun run)
    {
        await run.SayAsync(run.Uploaded);
        await run.SayAsync(run.Resized);
        await run.SayAsync(run.Compressed);
        await run.SayAsync(run.Watermarked);
        await run.SayAsync(run.Stored);
        await run.SayAsync(run.Ready);
        await run.SayAsync(new ImageStepRejected(run.Id, ImageSteps.Store, "late", new StepRun(1, 1)));
        await run.SayFaultAsync(new ResizeImage(run.Id, "", 1), "late");
        await run.SayFaultAsync(new CompressImage(run.Id, "", 1), "late");
        await run.SayFaultAsync(new WatermarkImage(run.Id, "", "", 1), "late");
        await run.SayFaultAsync(new StoreImage(run.Id, ""), "late");
        await run.SayFaultAsync(new NotifyImageReady(run.Id, "", ""), "late");
    }
}
