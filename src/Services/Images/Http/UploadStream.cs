namespace Bus.Services.Images.Http;

/// <summary>The file's bytes as they come in; a body that breaks is told apart from a disk that fails while they are written.</summary>
internal sealed class UploadStream(Stream body) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("The length of an upload is known when it has ended.");

    public override long Position
    {
        get => throw new NotSupportedException("An upload is read once, from front to back.");
        set => throw new NotSupportedException("An upload is read once, from front to back.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw UploadFormReader.Broken(e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("An upload is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("An upload is read once, from front to back.");

    public override void SetLength(long value) => throw new NotSupportedException("An upload is read only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("An upload is read only.");
}
