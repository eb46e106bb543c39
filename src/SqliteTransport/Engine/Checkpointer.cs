using Bus.SqliteTransport.Engine.Native;

namespace Bus.SqliteTransport.Engine;

/// <summary>Brings the log into the file beside the writer, on a connection and a thread of its own, so that no commit waits for it.</summary>
internal sealed class Checkpointer : IDisposable
{
    /// <summary>Pages: 64 MB. From there on the writer checkpoints itself, after each commit: senders that outrun this thread are slowed down, and the log stays as long as that and what one commit adds.</summary>
    public const int TooLongLog = 16_384;

    private const int Commits = 500;
    private const int Pages = 4096;
    private const long LongLog = 12_288;
    private const long ShortRest = 2_000;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly AutoResetEvent _signal = new(initialState: false);
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile bool _logIsLong;
    private int _commits;
    private int _pages;
    private int _seen;

    public Checkpointer(string path)
    {
        _path = path;
        _thread = new Thread(Run) { IsBackground = true, Name = "bus-queue-checkpoint" };
    }

    /// <summary>Nothing was committed since the last checkpoint.</summary>
    public bool HasRest => Volatile.Read(ref _commits) == Volatile.Read(ref _seen);

    /// <summary>True once after the log has grown long and is all but a little in the file: only the writer can begin it anew.</summary>
    public bool TakeLogIsLong()
    {
        if (!_logIsLong)
            return false;
        _logIsLong = false;
        return true;
    }

    public void Start() => _thread.Start();

    /// <summary>For the writer's thread.</summary>
    public void Committed(int pages)
    {
        _pages += pages;
        if (Interlocked.Increment(ref _commits) % Commits != 0 && _pages < Pages)
            return;
        _pages = 0;
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
            var commits = Volatile.Read(ref _commits);
            if (commits == _seen)
                continue;
            Volatile.Write(ref _seen, commits);
            try
            {
                connection ??= SqliteConnection.Open(_path);
                checkpoint ??= connection.Prepare("PRAGMA wal_checkpoint(PASSIVE)");
                if (!checkpoint.Step())
                    continue;
                var (log, done) = (checkpoint.Number(1), checkpoint.Number(2));
                checkpoint.Reset();
                _logIsLong = log > LongLog && log - done < ShortRest;
            }
            catch (QueueFileException)
            {
                // The disk is full, or the file is gone: the writer meets it too, and says so.
            }
        }

        connection?.Dispose();
    }
}
