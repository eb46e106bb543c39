using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Bus.Persistence.Databases;

/// <summary>
/// How a connection waits while another process writes. SQLite's own waits grow to a tenth of a second: who comes a moment too early sleeps for several times as long as the other writes. These stay at a
/// millisecond for a while. Writers of one process do not meet here, but at their gate.
/// </summary>
internal static unsafe partial class SqliteBusyWait
{
    private const int Yields = 10;
    private const int ShortWaits = 500;

    // Half a second in short waits, then 30 s in longer ones.
    private const int MostTries = Yields + ShortWaits + 3_000;

    // SQLite calls from within a statement: there is nothing to await.
    private static readonly ManualResetEvent Never = new(false);

    private static volatile bool _isMissing;

    /// <summary>Replaces the connection's wait, which <c>busy_timeout</c> has set; leaves that where SQLite is another library than the usual one.</summary>
    public static void Set(SqliteConnection connection)
    {
        if (_isMissing || connection.Handle is not { } handle)
            return;
        try
        {
            _ = SetHandler(handle.DangerousGetHandle(), &Wait, 0);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            _isMissing = true;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Wait(nint argument, int tries)
    {
        if (tries >= MostTries)
            return 0;
        if (tries < Yields)
            Thread.Yield();
        else
            Never.WaitOne(tries < Yields + ShortWaits ? 1 : 10);
        return 1;
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_busy_handler")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetHandler(nint database, delegate* unmanaged[Cdecl]<nint, int, int> handler, nint argument);
}
