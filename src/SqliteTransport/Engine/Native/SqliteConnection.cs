using SQLitePCL;

namespace Bus.SqliteTransport.Engine.Native;

/// <summary>
/// One connection and the statements prepared on it, all owned here: a statement freed by the finalizer thread while the connection works would be a crash. Not thread-safe.
/// </summary>
internal sealed class SqliteConnection : IDisposable
{
    // SQLITE_DBCONFIG_ENABLE_QPSG.
    private const int QueryPlannerStability = 1007;

    private readonly List<SqliteStatement> _statements = [];
    private readonly sqlite3 _handle;
    private readonly bool _isBorrowed;

    private SqliteConnection(sqlite3 handle, string path, bool isBorrowed)
    {
        _handle = handle;
        _isBorrowed = isBorrowed;
        Path = path;
    }

    public string Path { get; }

    /// <exception cref="QueueFileException">It cannot be opened.</exception>
    public static SqliteConnection Open(string path)
    {
        Batteries_V2.Init();
        var code = raw.sqlite3_open_v2(path, out var handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            handle?.manual_close_v2();
            throw FileFault.Translate(path, code, "");
        }

        raw.sqlite3_extended_result_codes(handle, 1);
        // A plan depends on the statement alone. Else SQLite compiles one with a bound LIMIT anew each time it is bound, which costs more than most of them run.
        raw.sqlite3_db_config(handle, QueryPlannerStability, 1, out _);
        return new SqliteConnection(handle, path, isBorrowed: false);
    }

    /// <summary>A connection that somebody else has opened and closes; only the statements are ours.</summary>
    public static SqliteConnection Borrow(sqlite3 handle, string path) => new(handle, path, isBorrowed: true);

    /// <summary>Runs statements that are needed once.</summary>
    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(_handle, sql);
        if (code != raw.SQLITE_OK)
            throw Fault(code);
    }

    public long ReadNumber(string sql)
    {
        using var statement = new SqliteStatement(this, sql);
        return statement.Step() ? statement.Number(0) : 0;
    }

    public string? ReadText(string sql)
    {
        using var statement = new SqliteStatement(this, sql);
        return statement.Step() ? statement.Text(0) : null;
    }

    /// <summary>A statement that lives as long as the connection.</summary>
    public SqliteStatement Prepare(string sql)
    {
        var statement = new SqliteStatement(this, sql);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>How many rows the last statement inserted, changed or deleted.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>How many pages it has written to the log since it was opened.</summary>
    public int PagesWritten => raw.sqlite3_db_status(_handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, resetFlg: 0) == raw.SQLITE_OK ? pages : 0;

    /// <summary>Whether no transaction is open; some errors end one by themselves.</summary>
    public bool IsIdle => raw.sqlite3_get_autocommit(_handle) != 0;

    public QueueFileException Fault(int code) => FileFault.Translate(Path, code, raw.sqlite3_errmsg(_handle).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        if (!_isBorrowed)
            _handle.manual_close_v2();
    }

    public sqlite3_stmt Compile(string sql)
    {
        var code = raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement);
        return code == raw.SQLITE_OK ? statement : throw Fault(code);
    }
}
