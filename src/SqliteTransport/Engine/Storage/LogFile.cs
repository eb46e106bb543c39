using System.Diagnostics;
using Bus.SqliteTransport.Engine.Native;
using Microsoft.Win32.SafeHandles;

namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>
/// SQLite's write-ahead log, as a file. It is flushed here and not by SQLite's commit, so that the file is not locked meanwhile and whoever receives need not wait for the disk. SQLite holds no lock
/// on this file, so that opening it twice takes none away. Not thread-safe: for the writer's thread.
/// </summary>
internal sealed class LogFile(string path) : IDisposable
{
    private static readonly TimeSpan ReadersPatience = TimeSpan.FromSeconds(1);
    private static readonly byte[] Zeros = new byte[256 * 1024];

    private readonly string _path = path + "-wal";
    private SafeFileHandle? _handle;
    private bool _isSuspect;

    private SafeFileHandle Handle => _handle ??= File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Waits until all that was committed is on the disk. Outside a transaction.</summary>
    /// <exception cref="QueueFileException">The disk refused, or has refused before and the log cannot be begun anew.</exception>
    public void Flush(Store store)
    {
        if (!_isSuspect)
        {
            Flush();
            return;
        }

        var since = Stopwatch.GetTimestamp();
        for (var spin = new SpinWait(); !store.EmptyLog(); spin.SpinOnce())
        {
            // Others read the log for less than a millisecond at a time.
            if (Stopwatch.GetElapsedTime(since) > ReadersPatience)
                throw Fault("an earlier flush has failed, and another process reads the log.");
        }

        // Its new length, or a power cut would bring back the old log, whose beginning is older than the file.
        Flush();
        _isSuspect = false;
    }

    /// <summary>
    /// A flush has failed. The system reports that once, and may have dropped what it could not write: a later flush that succeeds says nothing of it, and each commit in the log is only worth as
    /// much as all before it. So before anything else counts, what is in the log goes into the file, which is flushed, and the log is emptied.
    /// </summary>
    public void Distrust() => _isSuspect = true;

    /// <summary>
    /// Makes the file at least this long, with zeros, where SQLite's log ends for every reader. To overwrite what is there takes a disk half the time of making a file longer: the file system
    /// has nothing to write down. Within a transaction of this process, so that nobody else appends.
    /// </summary>
    public void Reserve(long length)
    {
        try
        {
            for (var at = RandomAccess.GetLength(Handle); at < length; at += Zeros.Length)
                RandomAccess.Write(Handle, Zeros, at);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is only for speed: where there is no room, the next real write says so.
        }
    }

    public void Dispose() => _handle?.Dispose();

    private void Flush()
    {
        try
        {
            DiskFlush.Of(Handle);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Distrust();
            throw Fault(exception.Message, exception);
        }
    }

    private QueueFileException Fault(string reason, Exception? inner = null) => new(
        $"The log {_path} of the queue file could not be flushed to the disk: {reason} What was to be sent may be lost by a power cut: send it again. Check the disk.", isTransient: true, inner);
}
