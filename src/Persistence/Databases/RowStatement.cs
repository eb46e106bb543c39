using System.Data.Common;

namespace Bus.Persistence.Databases;

/// <summary>A statement that is run for one row after the other, compiled once; on a connection that is kept, once for all. Not thread-safe.</summary>
internal sealed class RowStatement(DbConnection connection, DbTransaction? transaction, string sql, StoreDialect dialect) : IAsyncDisposable, IDisposable
{
    // What is kept keeps its values.
    private const int LongestKept = 64 * 1024;

    private readonly KeptStatements? _kept = KeptStatements.Of(connection);
    private DbCommand? _command;
    private bool _isLong;

    /// <summary>The command with these values of <c>@p0</c>, <c>@p1</c>, …; as many each time. Run it before the next.</summary>
    public DbCommand With(params ReadOnlySpan<object> values)
    {
        if (_command is null && (_command = _kept?.Find(sql)) is null)
        {
            _command = connection.CreateCommand();
            _command.CommandText = sql;
            _command.Parameters.AddRange(dialect.Parameters(values));
            _kept?.Add(sql, _command);
        }
        else
        {
            for (var index = 0; index < values.Length; index++)
                _command.Parameters[index].Value = values[index];
        }

        foreach (var value in values)
            _isLong |= value is byte[] { Length: > LongestKept } or string { Length: > LongestKept };
        _command.Transaction = transaction;
        return _command;
    }

    public ValueTask DisposeAsync()
    {
        if (_kept is null && _command is not null)
            return _command.DisposeAsync();
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        if (_kept is null)
            _command?.Dispose();
        else if (_isLong)
            _kept.Drop(sql);
    }
}
