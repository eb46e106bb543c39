using Bus.Contracts.Images;
using Bus.Sagas.Images;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.Sagas.Images;

public class When_a_step_fails_for_good
{
    private static readonly string[] Blobs = ["original", "resized", "compressed", "watermarked"];

    public static TheoryData<string> Steps => new(ImageSteps.InOrder.Skip(1));

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Should_remove_what_was_made_and_say_why_when_the_step_rejects(string step)
    {
        await using var run = await ImageSagaRun.StartAsync();
        await run.ReachAsync(x => StateOf(x, step));

        await run.SayAsync(new ImageStepRejected(run.Id, step, "The picture is a hoax.", new StepRun(3, 1)));

        var image = await run.InStateAsync(x => x.Failed);
        Assert.Equal((step, "The picture is a hoax."), (image.FailedStep, image.Error));
        Assert.Equal(new ImageFailed(run.Id, step, "The picture is a hoax."), await run.CommandAsync<ImageFailed>());
        Assert.Contains(new ImageProgressed(run.Id, step, ImageStepStatus.Failed, 1, 3), run.Published<ImageProgressed>());
        await Should_have_removed(run, step);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Should_remove_what_was_made_and_say_why_when_retries_are_used_up(string step)
    {
        await using var run = await ImageSagaRun.StartAsync();
        await run.ReachAsync(x => StateOf(x, step));

        await FaultAsync(run, step, "The disk is full.");

        var image = await run.InStateAsync(x => x.Failed);
        Assert.Equal($"The {step} step failed and its retries are used up: The disk is full.", image.Error);
        Assert.Equal(new ImageFailed(run.Id, step, image.Error!), await run.CommandAsync<ImageFailed>());
        await Should_have_removed(run, step);
    }

    private static async Task Should_have_removed(ImageSagaRun run, string step)
    {
        var made = Blobs.Take(Math.Min(4, ImageSteps.InOrder.ToList().IndexOf(step)));
        var removal = await run.CommandAsync<RemoveImageBlobs>();
        Assert.Equal(made, removal.Blobs);
        Assert.Equal(step == ImageSteps.Notify ? "content" : null, removal.Stored);
    }

    private static Task FaultAsync(ImageSagaRun run, string step, string reason) => step switch
    {
        ImageSteps.Resize => run.SayFaultAsync(new ResizeImage(run.Id, "", 1), reason),
        ImageSteps.Compress => run.SayFaultAsync(new CompressImage(run.Id, "", 1), reason),
        ImageSteps.Watermark => run.SayFaultAsync(new WatermarkImage(run.Id, "", "", 1), reason),
        ImageSteps.Store => run.SayFaultAsync(new StoreImage(run.Id, ""), reason),
        _ => run.SayFaultAsync(new NotifyImageReady(run.Id, "", ""), reason),
    };

    private static State StateOf(ImageSaga machine, string step) => step switch
    {
        ImageSteps.Resize => machine.Resizing,
        ImageSteps.Compress => machine.Compressing,
        ImageSteps.Watermark => machine.Watermarking,
        ImageSteps.Store => machine.Storing,
        _ => machine.Notifying,
    };
}
