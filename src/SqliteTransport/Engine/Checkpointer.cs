using Bus.SqliteTransport.Engine.Native;

namespace Bus.SqliteTransport.Engine;

/// <summary>Brings the log into the file beside the writer, on a connection and a thread of its own, so that no commit waits for it.</summary>
internal sealed class Checkpointer : IDisposable
{
    /// <summary>Pages: 64 MB. From there on the writer checkpoints itself, after each commit: senders that outrun this thread are slowed down, and the log stays as long as that and what one commit adds.</summary>
    public const int TooLongLog = 16_384;

    private const int Page = 4096 + 24;

    // A checkpoint writes each page once, however often the log holds it, and then waits for the disk: not too often. The log is begun anew before it is longer than what is reserved for it.
    private const int CheckpointAfter = 1_000;
    private const long LongLog = 3_000;
    private const long ShortRest = 1_000;
    private const long ReservedLog = 4_096;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly AutoResetEvent _signal = new(initialState: false);
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile bool _logIsLong;
    private long _wantedLog;
    private int _written;
    private int _seen;
    private int _signalledAt;

    public Checkpointer(string path)
    {
        _path = path;
        _thread = new Thread(Run) { IsBackground = true, Name = "bus-queue-checkpoint" };
    }

    /// <summary>Nothing was written since the last checkpoint.</summary>
    public bool HasRest => Volatile.Read(ref _written) == Volatile.Read(ref _seen);

    /// <summary>True once after the log has grown long and is all but a little in the file: only the writer can begin it anew.</summary>
    public bool TakeLogIsLong()
    {
        if (!_logIsLong)
            return false;
        _logIsLong = false;
        return true;
    }

    /// <summary>More than zero once after each checkpoint of a log that is used enough to be worth room of its own: how many bytes it should have.</summary>
    public long TakeWantedLog() => Volatile.Read(ref _wantedLog) == 0 ? 0 : Interlocked.Exchange(ref _wantedLog, 0);

    public void Start() => _thread.Start();

    /// <summary>After a commit: how many pages this process has written so far.</summary>
    public void Written(int pages)
    {
        Volatile.Write(ref _written, pages);
        if (pages - _signalledAt < CheckpointAfter)
            return;
        _signalledAt = pages;
        _signal.Set();
    }

    public void Dispose()
    {
        _stopping = true;
        _signal.Set();
        if (!_thread.ThreadState.HasFlag(ThreadState.Unstarted))
            _thread.Join();
        _signal.Dispose();
    }

    private void Run()
    {
        SqliteConnection? connection = null;
        SqliteStatement? checkpoint = null;
        while (!_stopping)
        {
            _signal.WaitOne(Every);
            var written = Volatile.Read(ref _written);
            if (written == _seen)
                continue;
            Volatile.Write(ref _seen, written);
            try
            {
                connection ??= SqliteConnection.Open(_path);
                checkpoint ??= connection.Prepare("PRAGMA wal_checkpoint(PASSIVE)");
                if (!checkpoint.Step())
                    continue;
                var (log, done) = (checkpoint.Number(1), checkpoint.Number(2));
                checkpoint.Reset();
                _logIsLong = log > LongLog && log - done < ShortRest;
                if (log > CheckpointAfter / 2)
                    Volatile.Write(ref _wantedLog, ReservedLog * Page);
            }
            catch (QueueFileException)
            {
                // The disk is full, or the file is gone: the writer meets it too, and says so.
            }
        }

        connection?.Dispose();
    }
}
