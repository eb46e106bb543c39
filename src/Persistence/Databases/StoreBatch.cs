using System.Data.Common;

namespace Bus.Persistence.Databases;

/// <summary>Several statements for one round trip where the driver has batches; else one after the other, each text prepared once.</summary>
internal sealed class StoreBatch : IAsyncDisposable, IDisposable
{
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;
    private readonly DbBatch? _batch;
    private readonly List<(string Sql, DbParameter[] Parameters)> _singles = [];
    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);

    public StoreBatch(DbConnection connection, DbTransaction? transaction)
    {
        _connection = connection;
        _transaction = transaction;
        if (!connection.CanCreateBatch)
            return;

        _batch = connection.CreateBatch();
        _batch.Transaction = transaction;
    }

    public void Add(string sql, params DbParameter[] parameters)
    {
        if (_batch is null)
        {
            _singles.Add((sql, parameters));
            return;
        }

        var command = _batch.CreateBatchCommand();
        command.CommandText = sql;
        command.Parameters.AddRange(parameters);
        _batch.BatchCommands.Add(command);
    }

    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        if (_batch is not null)
            await _batch.ExecuteNonQueryAsync(cancellationToken);
        foreach (var (sql, parameters) in _singles)
            await Command(sql, parameters).ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>For <c>SaveChanges()</c>, which has no asynchronous way out.</summary>
    public void Execute()
    {
        _batch?.ExecuteNonQuery();
        foreach (var (sql, parameters) in _singles)
            Command(sql, parameters).ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        if (_batch is not null)
            await _batch.DisposeAsync();
        foreach (var command in _commands.Values)
            await command.DisposeAsync();
    }

    public void Dispose()
    {
        _batch?.Dispose();
        foreach (var command in _commands.Values)
            command.Dispose();
    }

    private DbCommand Command(string sql, DbParameter[] parameters)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            _commands[sql] = command = _connection.CreateCommand();
            command.Transaction = _transaction;
            command.CommandText = sql;
        }

        command.Parameters.Clear();
        command.Parameters.AddRange(parameters);
        return command;
    }
}
