using System.Runtime.InteropServices;
using Bus.Core.SharedFile;
using Bus.SqliteTransport.Configuration;
using Bus.SqliteTransport.Engine;
using SQLitePCL;

namespace Bus.SqliteTransport.Hosting;

/// <summary>The queues of a bus as those see them who write the same file. Thread-safe.</summary>
internal sealed class SqliteQueuesInDatabase(SqliteHostConfiguration host) : IQueuesInDatabase
{
    private readonly string _path = Path.GetFullPath(host.Settings.Path);

    /// <inheritdoc/>
    public bool AreServedIn(string file) =>
        host.Settings.SharesDatabase && host.File.Current is not null && string.Equals(_path, Path.GetFullPath(file), StringComparison.Ordinal);

    /// <inheritdoc/>
    public IGuestTransaction Join(SafeHandle connection, bool isKept) =>
        new GuestTransaction((sqlite3)connection, isKept, _path, host.File.Current, host.Settings.TimeProvider);
}
