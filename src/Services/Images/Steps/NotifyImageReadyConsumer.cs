using Bus.Contracts.Images;
using MassTransit;

namespace Bus.Services.Images.Steps;

/// <summary>Answers <see cref="NotifyImageReady"/> with <see cref="ImageReady"/>, to which anyone may subscribe.</summary>
internal sealed class NotifyImageReadyConsumer(ImageStep step) : IConsumer<NotifyImageReady>
{
    public Task Consume(ConsumeContext<NotifyImageReady> context)
    {
        var (imageId, content, contentType) = context.Message;
        return step.RunAsync(
            context, imageId, ImageSteps.Notify, _ => Task.FromResult<Func<StepRun, ImageReady>>(run => new ImageReady(imageId, content, contentType, run)));
    }
}
