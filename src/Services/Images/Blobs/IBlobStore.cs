namespace Bus.Services.Images.Blobs;

/// <summary>
/// Keeps the bytes of images. Small enough for a folder, an object store or memory. Every member is safe to call from many threads and
/// processes at once, and safe to repeat: a step that runs twice leaves what a step that ran once leaves.
/// </summary>
public interface IBlobStore
{
    /// <summary>
    /// Saves what <paramref name="write"/> writes (synchronously or not) as a working blob of this image. When the call returns the bytes
    /// survive a power cut. The same bytes of the same image get the same id. If <paramref name="write"/> throws, nothing is kept and
    /// its exception comes out.
    /// </summary>
    Task<StoredBlob> SaveAsync(Guid imageId, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken);

    /// <summary>Opens a blob: a seekable stream that knows its length; the caller disposes it.</summary>
    /// <exception cref="BlobNotFoundException">There is no such blob.</exception>
    Task<Stream> OpenReadAsync(BlobId id, CancellationToken cancellationToken);

    /// <summary>Moves a working blob to the stored area, atomically and durably; moving one that is there already changes nothing.</summary>
    /// <exception cref="BlobNotFoundException">It is in neither area.</exception>
    Task<StoredBlob> PromoteAsync(BlobId working, CancellationToken cancellationToken);

    /// <summary>Removes a blob. Removing what is not there is no error.</summary>
    Task DeleteAsync(BlobId id, CancellationToken cancellationToken);

    /// <summary>
    /// Removes blobs (and what writers that died left behind) that are older than <paramref name="age"/> and of which
    /// <paramref name="isNeeded"/> says no; returns how many. The age protects blobs whose row is about to be committed: use hours.
    /// </summary>
    Task<int> SweepAsync(TimeSpan age, Func<BlobId, CancellationToken, ValueTask<bool>> isNeeded, CancellationToken cancellationToken);
}
