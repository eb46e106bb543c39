using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Bus.Persistence.Databases;

/// <summary>
/// The statements that a connection has compiled, for its next transaction: with its many indexes, to compile an INSERT of a job takes SQLite longer than to run it. They end when it is
/// closed: a pool gives the same connection to others, who open another file handle under it. Not thread-safe, as the connection.
/// </summary>
internal sealed class KeptStatements
{
    private static readonly ConditionalWeakTable<DbConnection, KeptStatements> All = [];

    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);

    /// <summary>Those of a connection; null when it is opened for one transaction.</summary>
    public static KeptStatements? Of(DbConnection connection) => All.TryGetValue(connection, out var kept) ? kept : null;

    /// <summary>The connection is kept open from here on.</summary>
    public static void KeepFor(DbConnection connection) => All.AddOrUpdate(connection, new KeptStatements());

    /// <summary>The connection is to be closed.</summary>
    public static void Forget(DbConnection connection)
    {
        if (Of(connection) is not { } kept)
            return;
        All.Remove(connection);
        foreach (var command in kept._commands.Values)
            command.Dispose();
    }

    public DbCommand? Find(string sql) => _commands.GetValueOrDefault(sql);

    public void Add(string sql, DbCommand command) => _commands.Add(sql, command);

    /// <summary>Lets go of one, with the values that it was run with last.</summary>
    public void Drop(string sql)
    {
        if (_commands.Remove(sql, out var command))
            command.Dispose();
    }
}
