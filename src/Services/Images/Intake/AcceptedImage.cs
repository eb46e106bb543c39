using Bus.Services.Images.Blobs;

namespace Bus.Services.Images.Intake;

/// <summary>An upload whose bytes are durable and whose header passed.</summary>
/// <param name="Original">The uploaded bytes, as a working blob.</param>
/// <param name="FileName">For display only.</param>
public sealed record AcceptedImage(StoredBlob Original, string FileName);
