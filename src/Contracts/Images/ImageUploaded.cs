namespace Bus.Contracts.Images;

/// <summary>A photo was accepted: its bytes are durable under <paramref name="Original"/> and its row is committed. Starts the image pipeline.</summary>
/// <param name="ImageId">Identity of the image, and of the saga instance that follows it.</param>
/// <param name="Original">Blob id of the uploaded bytes. Messages carry blob ids, never pixels.</param>
/// <param name="FileName">The name that the uploader gave, for display only; never used as a path.</param>
/// <param name="Bytes">Length of the original in bytes.</param>
/// <param name="Notify">E-mail address of who is told how it ended; null for nobody.</param>
public sealed record ImageUploaded(Guid ImageId, string Original, string FileName, long Bytes, string? Notify = null);
