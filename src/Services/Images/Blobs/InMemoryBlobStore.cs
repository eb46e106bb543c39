using System.Collections.Concurrent;

namespace Bus.Services.Images.Blobs;

/// <summary>Blobs in memory, for unit tests: keeps the whole contract but survives nothing.</summary>
public sealed class InMemoryBlobStore(TimeProvider clock) : IBlobStore
{
    private readonly ConcurrentDictionary<BlobId, Entry> _blobs = new();

    /// <summary>The ids of all blobs, for assertions.</summary>
    public IReadOnlyCollection<BlobId> Ids => [.. _blobs.Keys];

    /// <inheritdoc />
    public async Task<StoredBlob> SaveAsync(Guid imageId, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await using var hashing = new HashingStream(bytes);
        await write(hashing, cancellationToken);
        var blob = hashing.Describe(imageId);
        _blobs[blob.Id] = new Entry(bytes.ToArray(), clock.GetUtcNow());
        return blob;
    }

    /// <inheritdoc />
    public Task<Stream> OpenReadAsync(BlobId id, CancellationToken cancellationToken) =>
        _blobs.TryGetValue(id, out var entry)
            ? Task.FromResult<Stream>(new MemoryStream(entry.Bytes, writable: false))
            : throw new BlobNotFoundException(id);

    /// <inheritdoc />
    public Task<StoredBlob> PromoteAsync(BlobId working, CancellationToken cancellationToken)
    {
        var stored = working.In(BlobArea.Stored);
        if (_blobs.TryRemove(working.In(BlobArea.Working), out var moved))
            _blobs[stored] = moved;
        return _blobs.TryGetValue(stored, out var entry)
            ? Task.FromResult(new StoredBlob(stored, entry.Bytes.Length))
            : throw new BlobNotFoundException(working);
    }

    /// <inheritdoc />
    public Task DeleteAsync(BlobId id, CancellationToken cancellationToken)
    {
        _blobs.TryRemove(id, out _);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task<int> SweepAsync(TimeSpan age, Func<BlobId, CancellationToken, ValueTask<bool>> isNeeded, CancellationToken cancellationToken)
    {
        var removed = 0;
        var limit = clock.GetUtcNow() - age;
        foreach (var (id, entry) in _blobs)
        {
            if (entry.Saved < limit && !await isNeeded(id, cancellationToken) && _blobs.TryRemove(id, out _))
                removed++;
        }

        return removed;
    }

    private sealed record Entry(byte[] Bytes, DateTimeOffset Saved);
}
