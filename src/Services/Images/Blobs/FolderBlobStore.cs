using System.Collections.Concurrent;

namespace Bus.Services.Images.Blobs;

/// <summary>
/// Blobs as files: <c>blobs/{working|stored}/{shard}/{image}-{hash}</c>. A file appears under its name only when it is whole and on
/// disk: temporary file, flush, rename, flush of the folder. The folder must be on a local disk (or one whose rename is atomic).
/// </summary>
internal sealed class FolderBlobStore(string dataFolder, TimeProvider clock) : IBlobStore
{
    private const int BufferBytes = 64 * 1024;
    private readonly string _root = Path.Combine(Path.GetFullPath(dataFolder), "blobs");

    // A folder counts as durable only once this process has flushed its parent: a folder that merely exists may have been made by a
    // process that died before its flush, and would take our files along in a power cut.
    private readonly ConcurrentDictionary<string, bool> _durable = new(StringComparer.Ordinal);

    public async Task<StoredBlob> SaveAsync(Guid imageId, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(Ensure(Path.Combine(_root, "temp")), $"{Guid.NewGuid():N}.tmp");
        try
        {
            var blob = await WriteAsync(temporary, imageId, write, cancellationToken);
            Publish(temporary, blob.Id);
            return blob;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    public Task<Stream> OpenReadAsync(BlobId id, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream>(
                new FileStream(PathOf(id), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, FileOptions.Asynchronous));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BlobNotFoundException(id, e);
        }
    }

    public Task<StoredBlob> PromoteAsync(BlobId working, CancellationToken cancellationToken)
    {
        var stored = working.In(BlobArea.Stored);
        try
        {
            Publish(PathOf(working.In(BlobArea.Working)), stored);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            if (!File.Exists(PathOf(stored)))
                throw new BlobNotFoundException(working, e);
            // Moved before, perhaps by a process that died between its rename and its flush: flush again, then it is durable for sure.
            DurableFolder.Flush(Path.GetDirectoryName(PathOf(stored))!);
        }

        return Task.FromResult(new StoredBlob(stored, new FileInfo(PathOf(stored)).Length));
    }

    public Task DeleteAsync(BlobId id, CancellationToken cancellationToken)
    {
        var path = PathOf(id);
        if (File.Exists(path))
            File.Delete(path);
        return Task.CompletedTask;
    }

    public async Task<int> SweepAsync(TimeSpan age, Func<BlobId, CancellationToken, ValueTask<bool>> isNeeded, CancellationToken cancellationToken)
    {
        var removed = 0;
        var limit = (clock.GetUtcNow() - age).UtcDateTime;
        foreach (var file in Files().Where(f => f.LastWriteTimeUtc < limit))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (IdOf(file) is { } id ? await isNeeded(id, cancellationToken) : file.Extension != ".tmp")
                continue;
            file.Delete();
            removed++;
        }

        return removed;
    }

    private static async Task<StoredBlob> WriteAsync(
        string path, Guid imageId, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes, FileOptions.Asynchronous);
        await using var hashing = new HashingStream(file);
        await write(hashing, cancellationToken);
        await file.FlushAsync(cancellationToken);
        RandomAccess.FlushToDisk(file.SafeFileHandle);
        return hashing.Describe(imageId);
    }

    private void Publish(string from, BlobId id)
    {
        var path = PathOf(id);
        var folder = Ensure(Path.GetDirectoryName(path)!);
        File.Move(from, path, overwrite: true);
        DurableFolder.Flush(folder);
    }

    private string Ensure(string folder)
    {
        if (_durable.ContainsKey(folder))
            return folder;
        DurableFolder.Create(folder);
        _durable[folder] = true;
        return folder;
    }

    // The last digits of an image's id, because the first are a clock in time-ordered ids: 256 shards keep folders short.
    private string PathOf(BlobId id)
    {
        var image = id.ImageId.ToString("N");
        return Path.Combine(_root, BlobId.FolderOf(id.Area), image[^2..], $"{image}-{id.Hash}");
    }

    private static BlobId? IdOf(FileInfo file) =>
        BlobId.TryParse($"{file.Directory?.Parent?.Name}-{file.Name}", out var id) ? id : null;

    private IEnumerable<FileInfo> Files() =>
        Directory.Exists(_root) ? new DirectoryInfo(_root).EnumerateFiles("*", SearchOption.AllDirectories) : [];
}
