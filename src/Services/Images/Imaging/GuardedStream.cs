namespace Bus.Services.Images.Imaging;

/// <summary>
/// Hands a stream to native code, which cannot carry an exception. The first one is kept, so that a disk that fails is told apart from an
/// image that is damaged: the first is worth a retry, the second is not. Leaves the inner stream open.
/// </summary>
internal sealed class GuardedStream(Stream inner) : Stream
{
    private Exception? _failure;

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => inner.Length;

    public override long Position { get => inner.Position; set => inner.Position = value; }

    /// <summary>Throws what the inner stream threw while native code was using it.</summary>
    public void ThrowIfFailed()
    {
        if (_failure is not null)
            throw new IOException($"The image's bytes could not be read or written: {_failure.Message}", _failure);
    }

    public override int Read(byte[] buffer, int offset, int count) => Guard(() => inner.Read(buffer, offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Guard(() => inner.Seek(offset, origin));

    public override void Write(byte[] buffer, int offset, int count) =>
        Guard(() =>
        {
            inner.Write(buffer, offset, count);
            return count;
        });

    public override void Flush() => inner.Flush();

    public override void SetLength(long value) => inner.SetLength(value);

    private T Guard<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e)
        {
            _failure ??= e;
            throw;
        }
    }
}
