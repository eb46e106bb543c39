using Bus.Contracts.Images;
using Bus.Services.Images.Imaging;
using MassTransit;

namespace Bus.Services.Images.Steps;

/// <summary>Answers <see cref="CompressImage"/> with <see cref="ImageCompressed"/>.</summary>
internal sealed class CompressImageConsumer(ImageStep step, BlobSteps blobs) : IConsumer<CompressImage>
{
    public Task Consume(ConsumeContext<CompressImage> context) =>
        step.RunAsync<ImageCompressed>(context, context.Message.ImageId, ImageSteps.Compress, async token =>
        {
            var (imageId, source, quality) = context.Message;
            var (blob, _) = await blobs.TransformAsync(imageId, source, _ => 0, (from, to, _) => ImageCompressor.Compress(from, to, quality), token);
            return run => new ImageCompressed(imageId, blob.Id.ToString(), blob.Bytes, run);
        });
}
