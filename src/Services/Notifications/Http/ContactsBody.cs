using System.Text.Json;

namespace Bus.Services.Notifications.Http;

/// <summary>A body of contacts that holds no more than so many bytes between two of them: what reads it keeps all of one in memory.</summary>
internal sealed class ContactsBody(Stream body) : Stream
{
    private const int Longest = 256 * 1024;

    private int _since;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>A contact has been read.</summary>
    public void Next() => _since = 0;

    /// <exception cref="JsonException">There are too many bytes without a contact.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_since > Longest)
            throw new JsonException($"One contact takes more than {Longest / 1024} KiB.");
        var count = await body.ReadAsync(buffer, cancellationToken);
        _since += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
