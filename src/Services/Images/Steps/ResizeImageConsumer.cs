using Bus.Contracts.Images;
using Bus.Services.Images.Imaging;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Bus.Services.Images.Steps;

/// <summary>Answers <see cref="ResizeImage"/> with <see cref="ImageResized"/>.</summary>
internal sealed class ResizeImageConsumer(ImageStep step, BlobSteps blobs, IOptions<ImageOptions> options) : IConsumer<ResizeImage>
{
    public Task Consume(ConsumeContext<ResizeImage> context) =>
        step.RunAsync<ImageResized>(context, context.Message.ImageId, ImageSteps.Resize, async token =>
        {
            var (imageId, source, maxWidth) = context.Message;
            var limits = ImageLimits.From(options.Value) with { MaxWidth = maxWidth };
            var (blob, size) = await blobs.TransformAsync(
                imageId,
                source,
                from => ImageInspector.Inspect(from, limits).DecodeBytes,
                (from, to, stop) => ImageResizer.Resize(from, to, limits, stop),
                token);
            return run => new ImageResized(imageId, blob.Id.ToString(), size.Width, size.Height, run);
        });
}
