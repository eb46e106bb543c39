using Bus.Contracts.Images;
using Bus.Services.Images.Http;
using MassTransit;

namespace Bus.Services.Images.Events;

/// <summary>Hands what the saga tells to the streams that are open in this process. Each API process listens on a queue of its own, which goes when it goes.</summary>
internal sealed class ImageNewsConsumer(ImageNewsHub hub) : IConsumer<ImageProgressed>, IConsumer<ImageReady>, IConsumer<ImageFailed>
{
    public Task Consume(ConsumeContext<ImageProgressed> context)
    {
        var (imageId, step, status, attempts, duration) = context.Message;
        return TellAsync(new ImageNews(imageId, new StepView(step, status, attempts, duration)));
    }

    public Task Consume(ConsumeContext<ImageReady> context) => TellAsync(new ImageNews(context.Message.ImageId, null));

    public Task Consume(ConsumeContext<ImageFailed> context) => TellAsync(new ImageNews(context.Message.ImageId, null));

    private Task TellAsync(ImageNews news)
    {
        hub.Tell(news);
        return Task.CompletedTask;
    }
}
