using System.Data.Common;

namespace Bus.Persistence.Databases;

/// <summary>A statement that is run for one row after the other, compiled once; on a connection that is kept, once for all. Not thread-safe.</summary>
internal sealed class RowStatement(DbConnection connection, DbTransaction? transaction, string sql, StoreDialect dialect) : IAsyncDisposable, IDisposable
{
    private readonly KeptStatements? _kept = KeptStatements.Of(connection);
    private DbCommand? _command;

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

        _command.Transaction = transaction;
        return _command;
    }

    public ValueTask DisposeAsync() => _kept is not null || _command is null ? ValueTask.CompletedTask : _command.DisposeAsync();

    public void Dispose()
    {
        if (_kept is null)
            _command?.Dispose();
    }
}
