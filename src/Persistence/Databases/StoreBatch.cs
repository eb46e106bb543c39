using System.Data.Common;

namespace Bus.Persistence.Databases;

/// <summary>Several statements for one round trip where the driver has batches; else one after the other, each text prepared once.</summary>
internal sealed class StoreBatch : IAsyncDisposable, IDisposable
{
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;
    private readonly DbBatch? _batch;
    private readonly List<(string Sql, StoreDialect? Dialect, object[] Values)> _singles = [];
    private readonly Dictionary<string, RowStatement> _rows = new(StringComparer.Ordinal);

    public StoreBatch(DbConnection connection, DbTransaction? transaction)
    {
        _connection = connection;
        _transaction = transaction;
        if (!connection.CanCreateBatch)
            return;

        _batch = connection.CreateBatch();
        _batch.Transaction = transaction;
    }

    /// <summary>Adds a statement whose values stand in parameters of the driver's own kind.</summary>
    public void Add(string sql, params DbParameter[] parameters)
    {
        if (_batch is null)
        {
            _singles.Add((sql, null, parameters));
            return;
        }

        var command = _batch.CreateBatchCommand();
        command.CommandText = sql;
        command.Parameters.AddRange(parameters);
        _batch.BatchCommands.Add(command);
    }

    /// <summary>Adds a statement with the values of <c>@p0</c>, <c>@p1</c>, … Many of one text share their parameters, one after the other.</summary>
    public void AddRow(string sql, StoreDialect dialect, params object[] values)
    {
        if (_batch is null)
            _singles.Add((sql, dialect, values));
        else
            Add(sql, dialect.Parameters(values));
    }

    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        if (_batch is not null)
            await _batch.ExecuteNonQueryAsync(cancellationToken);
        foreach (var (sql, dialect, values) in _singles)
        {
            if (dialect is not null)
            {
                await RowsOf(sql, dialect).With(values).ExecuteNonQueryAsync(cancellationToken);
                continue;
            }

            await using var command = Single(sql, values);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>For <c>SaveChanges()</c>, which has no asynchronous way out.</summary>
    public void Execute()
    {
        _batch?.ExecuteNonQuery();
        foreach (var (sql, dialect, values) in _singles)
        {
            if (dialect is not null)
            {
                RowsOf(sql, dialect).With(values).ExecuteNonQuery();
                continue;
            }

            using var command = Single(sql, values);
            command.ExecuteNonQuery();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_batch is not null)
            await _batch.DisposeAsync();
        foreach (var rows in _rows.Values)
            await rows.DisposeAsync();
    }

    public void Dispose()
    {
        _batch?.Dispose();
        foreach (var rows in _rows.Values)
            rows.Dispose();
    }

    private RowStatement RowsOf(string sql, StoreDialect dialect)
    {
        if (!_rows.TryGetValue(sql, out var rows))
            _rows[sql] = rows = new RowStatement(_connection, _transaction, sql, dialect);
        return rows;
    }

    private DbCommand Single(string sql, object[] parameters)
    {
        var command = _connection.CreateCommand();
        (command.Transaction, command.CommandText) = (_transaction, sql);
        command.Parameters.AddRange(parameters);
        return command;
    }
}
