using Bus.Contracts.Images;
using Bus.Services.Images.Imaging;
using MassTransit;

namespace Bus.Services.Images.Steps;

/// <summary>Answers <see cref="WatermarkImage"/> with <see cref="ImageWatermarked"/>.</summary>
internal sealed class WatermarkImageConsumer(ImageStep step, BlobSteps blobs) : IConsumer<WatermarkImage>
{
    public Task Consume(ConsumeContext<WatermarkImage> context) =>
        step.RunAsync<ImageWatermarked>(context, context.Message.ImageId, ImageSteps.Watermark, async token =>
        {
            var (imageId, source, text, quality) = context.Message;
            var (blob, contentType) = await blobs.TransformAsync(
                imageId, source, _ => 0, (from, to, _) => ImageWatermarker.Watermark(from, to, text, quality), token);
            return run => new ImageWatermarked(imageId, blob.Id.ToString(), contentType, run);
        });
}
