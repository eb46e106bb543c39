using Bus.Services.Images.Blobs;
using Bus.Services.Images.Imaging;

namespace Bus.Services.Images.Steps;

/// <summary>Runs imaging from one blob into another, behind the gate.</summary>
internal sealed class BlobSteps(IBlobStore blobs, ImagingGate gate)
{
    /// <summary>Opens the blob, asks what decoding it costs, and saves what <paramref name="transform"/> writes.</summary>
    public async Task<(StoredBlob Blob, T Result)> TransformAsync<T>(
        Guid imageId, string source, Func<Stream, long> cost, Func<Stream, Stream, CancellationToken, T> transform, CancellationToken cancellationToken)
    {
        await using var from = await blobs.OpenReadAsync(BlobId.Parse(source), cancellationToken);
        var decodeBytes = cost(from);
        var result = default(T)!;
        var blob = await blobs.SaveAsync(
            imageId, async (to, token) => result = await gate.RunAsync(decodeBytes, () => transform(from, to, token), token), cancellationToken);
        return (blob, result);
    }
}
