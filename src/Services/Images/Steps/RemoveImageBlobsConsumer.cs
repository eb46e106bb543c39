using Bus.Contracts.Images;
using Bus.Core.Faults;
using Bus.Services.Images.Blobs;
using MassTransit;

namespace Bus.Services.Images.Steps;

/// <summary>Clean-up and compensation: removes the blobs of one image. Publishes nothing; what is gone already is no error.</summary>
internal sealed class RemoveImageBlobsConsumer(IBlobStore blobs) : IConsumer<RemoveImageBlobs>
{
    public async Task Consume(ConsumeContext<RemoveImageBlobs> context)
    {
        var (imageId, working, stored) = context.Message;
        FaultPoint.Reach(FaultPoints.BeforeWork);
        foreach (var id in working.Append(stored).OfType<string>().Select(BlobId.Parse))
        {
            // A blob names its owner, so that a wrong message cannot take another image's bytes away.
            if (id.ImageId != imageId)
                throw new InvalidOperationException($"Blob '{id}' does not belong to image {imageId:D}, so it is not removed. Send the ids that the image's own steps returned.");
            await blobs.DeleteAsync(id, context.CancellationToken);
        }

        FaultPoint.Reach(FaultPoints.AfterWork);
    }
}
