using Bus.Contracts.Images;
using Bus.Contracts.Notifications;
using Xunit;

namespace Bus.UnitTests.Sagas.Images;

public sealed class When_somebody_wants_to_know_of_their_photo
{
    [Fact]
    public async Task Should_be_told_once_it_is_ready()
    {
        await using var run = await ImageSagaRun.StartAsync();
        await run.SayAsync(run.Uploaded with { Notify = "ann@example.com" });
        foreach (var say in new Func<Task>[] { () => run.SayAsync(run.Resized), () => run.SayAsync(run.Compressed), () => run.SayAsync(run.Watermarked), () => run.SayAsync(run.Stored), () => run.SayAsync(run.Ready) })
            await say();

        var told = await run.CommandAsync<SendNotification>();
        Assert.Equal(("image-ready", run.Id, "holiday.jpg"), (told.Template, told.Subject, told.Data["fileName"]));
        Assert.Equal("ann@example.com", Assert.Single(told.Recipients).Email);
    }

    [Fact]
    public async Task Should_be_told_why_it_failed()
    {
        await using var run = await ImageSagaRun.StartAsync();
        await run.SayAsync(run.Uploaded with { Notify = "ann@example.com" });
        await run.SayAsync(new ImageStepRejected(run.Id, ImageSteps.Resize, "The picture is a hoax.", new StepRun(3, 1)));

        var told = await run.CommandAsync<SendNotification>();
        Assert.Equal(("image-failed", "The picture is a hoax."), (told.Template, told.Data["reason"]));
    }

    [Fact]
    public async Task Should_leave_those_alone_who_do_not()
    {
        await using var run = await ImageSagaRun.StartAsync();
        await run.ReachAsync(x => x.Ready);
        Assert.Empty(run.Published<SendNotification>());
    }
}
