using System.Data.Common;

namespace Bus.Persistence.Databases;

/// <summary>Several statements for one round trip where the driver has batches; else one after the other.</summary>
internal sealed class StoreBatch : IAsyncDisposable, IDisposable
{
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;
    private readonly DbBatch? _batch;
    private readonly List<DbCommand> _commands = [];

    public StoreBatch(DbConnection connection, DbTransaction? transaction)
    {
        _connection = connection;
        _transaction = transaction;
        if (!connection.CanCreateBatch)
            return;

        _batch = connection.CreateBatch();
        _batch.Transaction = transaction;
    }

    public void Add(string sql, params ReadOnlySpan<DbParameter> parameters)
    {
        if (_batch is not null)
        {
            var command = _batch.CreateBatchCommand();
            command.CommandText = sql;
            foreach (var parameter in parameters)
                command.Parameters.Add(parameter);
            _batch.BatchCommands.Add(command);
            return;
        }

        var single = _connection.CreateCommand();
        single.Transaction = _transaction;
        single.CommandText = sql;
        foreach (var parameter in parameters)
            single.Parameters.Add(parameter);
        _commands.Add(single);
    }

    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        if (_batch is not null)
        {
            await _batch.ExecuteNonQueryAsync(cancellationToken);
            return;
        }

        foreach (var command in _commands)
            await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>For <c>SaveChanges()</c>, which has no asynchronous way out.</summary>
    public void Execute()
    {
        _batch?.ExecuteNonQuery();
        foreach (var command in _commands)
            command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        if (_batch is not null)
            await _batch.DisposeAsync();
        foreach (var command in _commands)
            await command.DisposeAsync();
    }

    public void Dispose()
    {
        _batch?.Dispose();
        foreach (var command in _commands)
            command.Dispose();
    }
}
