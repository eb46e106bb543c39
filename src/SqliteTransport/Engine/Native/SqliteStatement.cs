using SQLitePCL;

namespace Bus.SqliteTransport.Engine.Native;

/// <summary>A compiled statement. Bind, step, read, reset; what was bound stays bound. Not thread-safe.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, sqlite3_stmt handle) : IDisposable
{
    public SqliteStatement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    public SqliteStatement Bind(int index, string? value)
    {
        if (value is null)
            return BindNull(index);
        Check(raw.sqlite3_bind_text(handle, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        // SQLite takes an empty span for null.
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, value));
        return this;
    }

    public SqliteStatement BindNull(int index)
    {
        Check(raw.sqlite3_bind_null(handle, index));
        return this;
    }

    /// <summary>Runs to the next row.</summary>
    /// <returns>False at the end; the statement is then reset.</returns>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
            return true;

        _ = raw.sqlite3_reset(handle);
        return code == raw.SQLITE_DONE ? false : throw connection.Fault(code);
    }

    /// <summary>Runs a statement without rows to its end, or throws away the rows.</summary>
    public void Run()
    {
        while (Step())
        {
            // Nobody asked for them.
        }
    }

    /// <summary>Runs it for its first row's first column.</summary>
    public long? RunForNumber()
    {
        if (!Step())
            return null;
        long? value = IsNull(0) ? null : Number(0);
        Reset();
        return value;
    }

    /// <summary>Runs it without turning "busy" into an error.</summary>
    /// <returns>SQLite's code.</returns>
    public int TryRun()
    {
        var code = raw.sqlite3_step(handle);
        _ = raw.sqlite3_reset(handle);
        return code;
    }

    public void Reset() => _ = raw.sqlite3_reset(handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Number(int column) => raw.sqlite3_column_int64(handle, column);

    public string? Text(int column) => IsNull(column) ? null : raw.sqlite3_column_text(handle, column).utf8_to_string();

    public byte[] Blob(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    public void Dispose() => handle.manual_close();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw connection.Fault(code);
    }
}
