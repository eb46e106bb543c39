using SQLitePCL;

namespace Bus.SqliteTransport.Engine.Native;

/// <summary>Says in words what SQLite's code means for the file, and what to do.</summary>
internal static class FileFault
{
    public static QueueFileException Translate(string path, int code, string detail)
    {
        // The index of the log can only not grow for want of room.
        var (what, isTransient) = (code == raw.SQLITE_IOERR_SHMSIZE ? raw.SQLITE_FULL : code & 0xFF) switch
        {
            raw.SQLITE_FULL => ("the disk is full. Free some space: what waits is kept, and work goes on by itself", true),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => ("another program holds it locked. Close that program; work goes on by itself", true),
            raw.SQLITE_READONLY => ("it cannot be written. Give this user the right to write the file and its folder, or choose another folder", false),
            raw.SQLITE_CANTOPEN or raw.SQLITE_PERM => ("it cannot be opened. Check that its folder exists and that this user may read and write the file, the folder, and the files -wal and -shm beside it", false),
            raw.SQLITE_NOTADB => ("it is not a database. Choose another path, or move the file away", false),
            raw.SQLITE_CORRUPT => ("it is damaged. Stop all processes that use it and keep a copy of it with its -wal. Then either move it away, to begin with an empty one, or put in its place what `sqlite3 FILE .dump | sed 's/^ROLLBACK.*/COMMIT;/' | sqlite3 NEW` saves", false),
            raw.SQLITE_IOERR => ("reading or writing it failed. Check the disk", true),
            raw.SQLITE_NOMEM => ("there is not enough memory", true),
            raw.SQLITE_TOOBIG => ("a message is larger than SQLite can hold (1 GB)", false),
            _ => ("SQLite refused", false),
        };
        return new QueueFileException($"The queue file {path} cannot be used: {what}. (SQLite {code}{(detail.Length > 0 ? ": " + detail : "")})", isTransient) { Code = code };
    }
}
