namespace Bus.Services.Images.Blobs;

/// <summary>The store has no blob of this id.</summary>
public sealed class BlobNotFoundException(BlobId id, Exception? inner = null)
    : IOException(
        $"Blob '{id}' is not in this store. Either it was removed, or the processes do not share one store: `Bus:DataFolder` must name the same folder for all of them.",
        inner)
{
    /// <summary>The id that was asked for.</summary>
    public BlobId Id { get; } = id;
}
