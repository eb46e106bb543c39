using SQLitePCL;

namespace Bus.SqliteTransport.Engine.Native;

/// <summary>A statement, compiled when it is used first. Bind, step, read, reset; what was bound stays bound. Not thread-safe.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, string sql) : IDisposable
{
    private sqlite3_stmt? _handle;

    private sqlite3_stmt Handle => _handle ??= connection.Compile(sql);

    public SqliteStatement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(Handle, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    public SqliteStatement Bind(int index, string? value)
    {
        if (value is null)
            return BindNull(index);
        Check(raw.sqlite3_bind_text(Handle, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        // SQLite takes an empty span for null.
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(Handle, index, 0) : raw.sqlite3_bind_blob(Handle, index, value));
        return this;
    }

    public SqliteStatement BindNull(int index)
    {
        Check(raw.sqlite3_bind_null(Handle, index));
        return this;
    }

    /// <summary>Runs to the next row.</summary>
    /// <returns>False at the end; the statement is then reset.</returns>
    public bool Step()
    {
        var code = raw.sqlite3_step(Handle);
        if (code == raw.SQLITE_ROW)
            return true;

        _ = raw.sqlite3_reset(Handle);
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
        var code = raw.sqlite3_step(Handle);
        _ = raw.sqlite3_reset(Handle);
        return code;
    }

    public void Reset() => _ = raw.sqlite3_reset(Handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(Handle, column) == raw.SQLITE_NULL;

    public long Number(int column) => raw.sqlite3_column_int64(Handle, column);

    public string? Text(int column) => IsNull(column) ? null : raw.sqlite3_column_text(Handle, column).utf8_to_string();

    public byte[] Blob(int column) => raw.sqlite3_column_blob(Handle, column).ToArray();

    public void Dispose() => _handle?.manual_close();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw connection.Fault(code);
    }
}
