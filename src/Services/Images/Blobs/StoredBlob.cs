namespace Bus.Services.Images.Blobs;

/// <summary>A blob that is durable, and its length in bytes.</summary>
public sealed record StoredBlob(BlobId Id, long Bytes);
