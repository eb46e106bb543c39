using Bus.Core.Turns;
using Bus.SqliteTransport.Engine.Native;
using SQLitePCL;

namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>
/// The writer's connection: one transaction at a time, with what it must know at its start (is this process still a member, the next id, has the topology changed) and what it
/// writes once at its end (ids, depths of queues). Not thread-safe: for the writer's thread.
/// </summary>
internal sealed class Store : IDisposable
{
    private static readonly TimeSpan MakingTakes = TimeSpan.FromSeconds(5);

    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;
    private readonly SqliteStatement _read;
    private readonly SqliteStatement _write;
    private readonly SqliteStatement _depth;
    private readonly SqliteStatement _dataVersion;
    private readonly Dictionary<long, long> _depths = [];
    private long _next;
    private long _nextAtBegin;
    private WriteTurn _turn = WriteTurn.None;

    private Store(SqliteConnection connection)
    {
        _connection = connection;
        _begin = _connection.Prepare("BEGIN IMMEDIATE");
        _commit = _connection.Prepare("COMMIT");
        _rollback = _connection.Prepare("ROLLBACK");
        _read = _connection.Prepare("SELECT next, topology, (SELECT 1 FROM busq_process WHERE id = ?1) FROM busq_counter");
        _write = _connection.Prepare("UPDATE busq_counter SET next = ?1");
        _depth = _connection.Prepare("UPDATE busq_queue SET depth = depth + ?2 WHERE id = ?1");
        _dataVersion = _connection.Prepare("PRAGMA data_version");
        Messages = new MessageTables(this, _connection);
        Topology = new TopologyTables(this, _connection);
        Processes = new ProcessTable(this, _connection);
        Timers = new TimerTable(this, _connection);
    }

    public MessageTables Messages { get; }

    public TopologyTables Topology { get; }

    public ProcessTable Processes { get; }

    public TimerTable Timers { get; }

    /// <summary>Opens the file, and makes or checks the tables.</summary>
    /// <exception cref="QueueFileException">It cannot be used.</exception>
    public static Store Open(string path, bool amongOthers)
    {
        var connection = SqliteConnection.Open(path);
        try
        {
            Prepare(connection);
            Schema.Ensure(connection, amongOthers);
            connection.Execute("PRAGMA busy_timeout = 0");
            return new Store(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The same tables on a connection of somebody else, for his transactions: only <see cref="Enter"/>, <see cref="Leave"/> and <see cref="Forget"/> are right there.</summary>
    public static Store On(SqliteConnection borrowed) => new(borrowed);

    /// <summary>How many pages this connection has written to the log since it was opened.</summary>
    public int PagesWritten => _connection.PagesWritten;

    /// <summary>Changes when another connection has committed, of this process or another.</summary>
    public long DataVersion => _dataVersion.RunForNumber() ?? 0;

    /// <summary>Held until the transaction ends.</summary>
    public void Hold(WriteTurn turn) => _turn = turn;

    /// <summary>Begins a transaction that writes.</summary>
    /// <param name="process">This process.</param>
    /// <param name="isMember">False when others have declared this process dead.</param>
    /// <returns>False when another process is writing: try again.</returns>
    public bool TryBegin(long process, out bool isMember)
    {
        isMember = false;
        var code = _begin.TryRun();
        if ((code & 0xFF) is raw.SQLITE_BUSY)
            return false;
        if (code != raw.SQLITE_OK && code != raw.SQLITE_DONE)
            throw _connection.Fault(code);

        isMember = Enter(process);
        return true;
    }

    /// <summary>Reads what must be known before something is written, in a transaction that has begun.</summary>
    /// <returns>False when others have declared this process dead.</returns>
    public bool Enter(long process)
    {
        _read.Bind(1, process).Step();
        _nextAtBegin = _next = _read.Number(0);
        Topology.Seen(_read.Number(1));
        var isMember = !_read.IsNull(2);
        _read.Reset();
        return isMember;
    }

    /// <summary>Brings the rest of the log into the file and onto the disk, so that the next commit begins the log anew. Outside a transaction.</summary>
    /// <returns>False when another process reads an old part of it, or does the same.</returns>
    public bool RestartLog() => _connection.ReadNumber("PRAGMA wal_checkpoint(RESTART)") == 0;

    /// <summary>The same, and cuts the log off.</summary>
    /// <inheritdoc cref="RestartLog"/>
    public bool EmptyLog() => _connection.ReadNumber("PRAGMA wal_checkpoint(TRUNCATE)") == 0;

    /// <summary>Gives pages that nothing uses back to the file system, so few at a time that nobody waits for it a millisecond. Outside a transaction.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool Shrink()
    {
        if (_connection.ReadNumber("PRAGMA freelist_count") is not (> 4096 and var free) || free * 4 <= _connection.ReadNumber("PRAGMA page_count"))
            return false;
        _connection.Execute("PRAGMA incremental_vacuum(64)");
        return true;
    }

    /// <summary>For tests: SQLite answers "full" beyond it.</summary>
    public void LimitPages(long pages) => _ = _connection.ReadNumber($"PRAGMA max_page_count = {pages}");

    public void Commit()
    {
        Leave();
        _commit.Run();
        _turn.Dispose();
    }

    /// <summary>Writes what was counted since <see cref="Enter"/>, in the transaction that is open.</summary>
    public void Leave()
    {
        if (_next != _nextAtBegin)
            _write.Bind(1, _next).Run();
        foreach (var (queue, change) in _depths)
        {
            if (change != 0)
                _depth.Bind(1, queue).Bind(2, change).Run();
        }

        _depths.Clear();
    }

    /// <summary>What was written since <see cref="Enter"/> is gone, or may be.</summary>
    public void Forget()
    {
        _depths.Clear();
        Topology.Forget();
    }

    /// <summary>Never throws: an error has often ended the transaction by itself.</summary>
    public void Rollback()
    {
        Forget();
        if (!_connection.IsIdle)
            _ = _rollback.TryRun();
        _turn.Dispose();
    }

    /// <summary>The next number of the file: later ones are higher, over all processes, and none is used twice.</summary>
    public long NextId() => _next++;

    public void AddDepth(long queue, long change)
    {
        _depths.TryGetValue(queue, out var before);
        _depths[queue] = before + change;
    }

    /// <summary>What this transaction has changed of a queue's depth so far.</summary>
    public long DepthChange(long queue) => _depths.GetValueOrDefault(queue);

    public void Dispose()
    {
        _connection.Dispose();
        _turn.Dispose();
    }

    private static void Prepare(SqliteConnection connection)
    {
        // Only for a new file, and not inside a transaction. Freed pages go to the next messages; a page of 4 kB is what a message of usual size fills best.
        connection.Execute("PRAGMA busy_timeout = 5000");
        connection.Execute("PRAGMA auto_vacuum = INCREMENTAL");
        var mode = SwitchToLog(connection);
        if (!string.Equals(mode, "wal", StringComparison.OrdinalIgnoreCase))
        {
            throw new QueueFileException(
                $"The queue file {connection.Path} cannot have a write-ahead log (SQLite answered `{mode}`). It must lie on a local disk, not on a network share.", isTransient: false);
        }

        // The checkpointer does it beside the writer, as long as it can, and the writer flushes the log itself: see LogFile. Waiting for a lock is its own affair too.
        connection.Execute($"PRAGMA wal_autocheckpoint = {Checkpointer.TooLongLog}; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 67108864");
    }

    // Of two that make the file at one moment SQLite lets neither wait for the other, whatever the time-out: each could be the one that the other waits for.
    private static string? SwitchToLog(SqliteConnection connection)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var spin = new SpinWait(); ; spin.SpinOnce())
        {
            try
            {
                return connection.ReadText("PRAGMA journal_mode = WAL");
            }
            catch (QueueFileException exception) when ((exception.Code & 0xFF) == raw.SQLITE_BUSY && TimeProvider.System.GetElapsedTime(started) < MakingTakes)
            {
                // Once one of them has it, the others have nothing to do.
            }
        }
    }
}
