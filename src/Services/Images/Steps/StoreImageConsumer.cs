using Bus.Contracts.Images;
using Bus.Services.Images.Blobs;
using Bus.Services.Images.Imaging;
using MassTransit;

namespace Bus.Services.Images.Steps;

/// <summary>Answers <see cref="StoreImage"/> with <see cref="ImageStored"/>. Moving a blob that was moved before changes nothing.</summary>
internal sealed class StoreImageConsumer(ImageStep step, IBlobStore blobs) : IConsumer<StoreImage>
{
    public Task Consume(ConsumeContext<StoreImage> context) =>
        step.RunAsync<ImageStored>(context, context.Message.ImageId, ImageSteps.Store, async token =>
        {
            var (imageId, source) = context.Message;
            var stored = await blobs.PromoteAsync(BlobId.Parse(source), token);
            await using var content = await blobs.OpenReadAsync(stored.Id, token);
            var contentType = ImageSniffer.ContentTypeOf(ImageInspector.SniffStream(content));
            return run => new ImageStored(imageId, stored.Id.ToString(), contentType, stored.Bytes, run);
        });
}
